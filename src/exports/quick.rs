//! Input stage: the records that are in memory as a whole, which nearly all are. In: bytes and a delimiter. Out: where the
//! cells of the first record are, quoted ones included; nothing for what only a reader of every byte can tell.

use super::records::WIDEST;
use super::rows::Place;
use crate::text::packed;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = u64::BITS as usize;
/// A record.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Bytes up to the one that ends it.
    pub(super) length: usize,
    /// Line ends of this kind within its cells.
    pub(super) lines: u64,
}

/// Where cells are being read.
enum State {
    /// Outside quotes, or in a cell that does not begin with one.
    Bare,
    /// Within quotes.
    Quoted,
    /// After the quote at this place, which ends the cell or is the first of two.
    Shut(usize),
}

/// Finds the cells of the record that begins `bytes`, of which so many are filled; whole blocks of them are looked at. None
/// of it is a NUL. `doubled` is told the cells in which quotes stand doubled.
pub(super) fn record(
    bytes: &[u8],
    filled: usize,
    (delimiter, newline): (u8, u8),
    places: &mut Vec<Place>,
    doubled: &mut Vec<usize>,
) -> Option<Found> {
    let (mut state, mut start, mut is_doubled, mut lines) = (State::Bare, 0, false, 0);
    for (block, first) in bytes.chunks_exact(BLOCK).zip((0..).step_by(BLOCK)) {
        let mut left = marks(block.try_into().ok()?, delimiter);
        while left != 0 {
            let at = first + left.trailing_zeros() as usize;
            left &= left - 1;
            if at >= filled {
                return None;
            }
            let byte = bytes[at];
            let end = match state {
                State::Bare if byte == delimiter => at,
                State::Bare if byte == b'"' => {
                    // Within a cell that does not begin with one, a quote is a letter.
                    if at == start {
                        (state, start) = (State::Quoted, at + 1);
                    }
                    continue;
                }
                _ if byte == 0 => return None,
                State::Bare => at,
                State::Quoted => {
                    lines += u64::from(byte == newline);
                    if byte == b'"' {
                        state = State::Shut(at);
                    }
                    continue;
                }
                State::Shut(end) if at != end + 1 => return None,
                State::Shut(_) if byte == b'"' => {
                    (state, is_doubled) = (State::Quoted, true);
                    continue;
                }
                State::Shut(end) => end,
            };
            if is_doubled {
                doubled.push(places.len());
            }
            places.push(Place::new(start, end));
            if byte != delimiter {
                return Some(Found { length: at, lines });
            }
            (state, start, is_doubled) = (State::Bare, at + 1, false);
        }
        // One that is too wide is refused where every byte is looked at.
        if places.len() > WIDEST {
            return None;
        }
    }
    None
}

/// The bytes that may end a cell or a record, are quotes or NULs, as bits. Loops without branches, over many bytes at once.
#[inline]
fn marks(block: &[u8; BLOCK], delimiter: u8) -> u64 {
    let mut marks = [0; BLOCK];
    for (mark, byte) in marks.iter_mut().zip(block) {
        let ends = (*byte == delimiter) | (*byte == b'\n') | (*byte == b'\r');
        *mark = u8::from(ends | (*byte == b'"') | (*byte == 0));
    }
    let eight = |bytes: &[u8]| bytes.try_into().map_or(0, |bytes| packed(u64::from_le_bytes(bytes)));
    (0..).zip(marks.chunks_exact(8)).fold(0, |all, (at, bytes)| all | eight(bytes) << (at * 8))
}

/// Adds a cell without one of every two quotes.
pub(super) fn unquoted(cell: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    while let Some(at) = memchr::memchr(b'"', &cell[from..]) {
        out.extend_from_slice(&cell[from..=from + at]);
        from += at + 2;
    }
    out.extend_from_slice(&cell[from..]);
}
