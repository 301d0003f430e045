//! Where time and memory of a run went, by stage and by rule, for those who wait for it.
//!
//! Nothing of it reaches a report: two runs over the same files write the same bytes, however long each took.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::facts::Question;

/// One stage of a run.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What was done.
    pub name: String,
    /// How long it took.
    pub wall: Duration,
    /// How long all cores together worked on it, where the system tells.
    pub cpu: Option<Duration>,
    /// The most memory that the process ever held, in bytes, when the stage was over, where the system tells.
    pub peak: Option<u64>,
}

/// What a rule's questions cost.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// Time of questions that this rule alone asked.
    pub own: Duration,
    /// Time of questions that other rules asked as well.
    pub shared: Duration,
    /// Code of the rule.
    pub code: String,
    /// How many questions it asked.
    pub questions: usize,
}

/// Time by stage and question.
#[derive(Debug, Default)]
pub struct Timings {
    /// Whether it is noted what each question takes, beside the stages.
    by_question: bool,
    stages: Mutex<Vec<Stage>>,
    questions: Mutex<BTreeMap<Question, Duration>>,
}

fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Timings {
    /// Notes what each question takes too, where that is wanted.
    pub fn new(by_question: bool) -> Self {
        Self { by_question, ..Self::default() }
    }

    /// Does a stage's work and notes what it took.
    pub fn stage<T>(&self, name: impl Into<String>, work: impl FnOnce() -> T) -> T {
        self.stage_of(work, |_| name.into())
    }

    /// The same of a stage that is named by what came of it.
    pub fn stage_of<T>(&self, work: impl FnOnce() -> T, name: impl FnOnce(&T) -> String) -> T {
        let (start, before) = (Instant::now(), busy());
        let done = work();
        let wall = start.elapsed();
        let cpu = before.zip(busy()).map(|(before, after)| after.saturating_sub(before));
        open(&self.stages).push(Stage { name: name(&done), wall, cpu, peak: peak() });
        done
    }

    /// Answers questions that read the same cells and notes what they took, in equal parts, where that is wanted.
    pub(crate) fn questions<T>(&self, questions: &[&Question], work: impl FnOnce() -> T) -> T {
        if !self.by_question {
            return work();
        }
        let start = Instant::now();
        let done = work();
        let took = start.elapsed() / u32::try_from(questions.len()).unwrap_or(u32::MAX).max(1);
        let mut known = open(&self.questions);
        questions.iter().for_each(|question| *known.entry((*question).clone()).or_default() += took);
        done
    }

    /// The stages, in the order in which they ended.
    pub fn stages(&self) -> Vec<Stage> {
        open(&self.stages).clone()
    }

    /// The questions, the dearest first.
    pub fn by_question(&self) -> Vec<(Question, Duration)> {
        let mut questions: Vec<(Question, Duration)> =
            open(&self.questions).iter().map(|(question, took)| (question.clone(), *took)).collect();
        questions.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        questions
    }

    /// What each rule's questions cost, the dearest first; nothing where that was not noted.
    pub(crate) fn costs(&self, asked: impl FnOnce() -> BTreeMap<String, Vec<Question>>) -> Vec<Cost> {
        if !self.by_question {
            return Vec::new();
        }
        let asked = asked();
        let took = open(&self.questions);
        let mut askers: BTreeMap<&Question, usize> = BTreeMap::new();
        for question in asked.values().flatten() {
            *askers.entry(question).or_default() += 1;
        }
        let cost = |(code, questions): (&String, &Vec<Question>)| {
            let mut cost =
                Cost { own: Duration::ZERO, shared: Duration::ZERO, code: code.clone(), questions: questions.len() };
            for question in questions {
                let sum = if askers.get(question) == Some(&1) { &mut cost.own } else { &mut cost.shared };
                *sum += took.get(question).copied().unwrap_or_default();
            }
            cost
        };
        let mut costs: Vec<Cost> = asked.iter().map(cost).collect();
        costs
            .sort_by(|one, other| (other.own + other.shared).cmp(&(one.own + one.shared)).then_with(|| one.cmp(other)));
        costs
    }
}

/// What Linux counts in: a hundred ticks a second on every machine it is built for.
const TICK: Duration = Duration::from_millis(10);

/// The time that all cores have worked for this process, as far as Linux tells.
fn busy() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program stands in brackets, and may hold anything.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let (user, system): (u32, u32) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(TICK * user.checked_add(system)?)
}

/// The most memory that this process ever held, as far as Linux tells.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(dataset: &str) -> Question {
        Question::Read { dataset: dataset.to_owned() }
    }

    #[test]
    fn a_question_of_two_rules_is_shared() {
        let timings = Timings::new(true);
        open(&timings.questions).insert(read("a"), Duration::from_secs(2));
        open(&timings.questions).insert(read("b"), Duration::from_secs(3));
        let asked = [("ONE", vec![read("a"), read("b")]), ("TWO", vec![read("a")])];
        let asked = asked.map(|(code, questions)| (code.to_owned(), questions));
        let costs: Vec<_> =
            timings.costs(|| asked.into()).into_iter().map(|cost| (cost.code, cost.own, cost.shared)).collect();
        let seconds = Duration::from_secs;
        assert_eq!(costs, [("ONE".to_owned(), seconds(3), seconds(2)), ("TWO".to_owned(), seconds(0), seconds(2))]);
    }

    #[test]
    fn a_stage_gives_what_its_work_gives() {
        let timings = Timings::new(true);
        assert_eq!(timings.stage("adding", || 1 + 1), 2);
        assert_eq!(timings.stages().iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>(), ["adding"]);
    }
}
