//! How fast a system is asked. In: how many requests it bears in a time. Out: the wait before each.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Keeps to so many requests in a time.
#[derive(Debug)]
pub(super) struct Pacer {
    most: usize,
    within: Duration,
    past: VecDeque<Instant>,
}

impl Pacer {
    /// So many in a time.
    pub(super) fn new((most, within): (usize, Duration)) -> Self {
        Self { most, within, past: VecDeque::new() }
    }

    /// Waits until one more may go out.
    pub(super) fn wait(&mut self) {
        let left = self.left(Instant::now());
        if !left.is_zero() {
            std::thread::sleep(left);
        }
        self.past.push_back(Instant::now());
        if self.past.len() > self.most {
            self.past.pop_front();
        }
    }

    /// How long the next request has to wait.
    fn left(&self, now: Instant) -> Duration {
        match self.past.front().filter(|_| self.past.len() >= self.most) {
            Some(first) => (*first + self.within).saturating_duration_since(now),
            None => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, Pacer};

    #[test]
    fn no_more_requests_than_allowed_go_out_in_a_time() {
        let mut pacer = Pacer::new((2, Duration::from_secs(60)));
        let now = Instant::now();
        for _ in 0..2 {
            assert_eq!(pacer.left(now), Duration::ZERO);
            pacer.past.push_back(now);
        }
        assert_eq!(pacer.left(now + Duration::from_secs(20)), Duration::from_secs(40));
        assert_eq!(pacer.left(now + Duration::from_secs(61)), Duration::ZERO);
    }
}
