//! Input stage: the records that are in memory as a whole, which nearly all are. In: bytes and a delimiter. Out: where the
//! cells of the first records are, quoted ones included; nothing for what only a reader of every byte can tell.

use super::records::WIDEST;
use super::rows::Place;
use crate::text::packed;

/// Bytes that are looked at together.
pub(super) const BLOCK: usize = u64::BITS as usize;

/// Records one after the other.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// How many.
    pub(super) rows: usize,
    /// Bytes up to the end of the last, with the byte that ends it.
    pub(super) length: usize,
    /// Line ends of this kind, within cells, behind records and between them.
    pub(super) lines: u64,
    /// Whether the bytes end within the next.
    pub(super) is_cut: bool,
}

/// Which records are looked for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Wanted {
    /// The first, whatever it is like.
    One,
    /// As many as have so many cells each, until they are so many records and bytes.
    Alike { cells: usize, rows: usize, bytes: usize },
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

/// Finds the cells of the records that begin `bytes`, of which so many are filled; whole blocks of them are looked at. None
/// of it is a NUL. `doubled` is told the cells in which quotes stand doubled.
#[inline]
pub(super) fn records(
    bytes: &[u8],
    filled: usize,
    (delimiter, newline): (u8, u8),
    wanted: Wanted,
    places: &mut Vec<Place>,
    doubled: &mut Vec<usize>,
) -> Found {
    let (mut found, mut whole) = (Found::default(), places.len());
    let (mut state, mut start, mut is_doubled, mut lines) = (State::Bare, 0, false, 0);
    let widest = if let Wanted::Alike { cells, .. } = wanted { cells } else { WIDEST };
    let is_cut = 'blocks: {
        for (block, first) in bytes.chunks_exact(BLOCK).zip((0..).step_by(BLOCK)) {
            let Ok(block) = block.try_into() else { break };
            let mut left = marks(block, delimiter);
            while left != 0 {
                let at = first + left.trailing_zeros() as usize;
                left &= left - 1;
                if at >= filled {
                    break 'blocks true;
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
                    _ if byte == 0 => break 'blocks false,
                    State::Bare if at == start && places.len() == whole => {
                        // A blank line, or the second half of a line end.
                        lines += u64::from(byte == newline);
                        start = at + 1;
                        continue;
                    }
                    State::Bare => at,
                    State::Quoted => {
                        lines += u64::from(byte == newline);
                        if byte == b'"' {
                            state = State::Shut(at);
                        }
                        continue;
                    }
                    State::Shut(end) if at != end + 1 => break 'blocks false,
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
                (state, start, is_doubled) = (State::Bare, at + 1, false);
                if byte == delimiter {
                    continue;
                }
                if let Wanted::Alike { cells, .. } = wanted
                    && places.len() - whole != cells
                {
                    break 'blocks false;
                }
                lines += u64::from(byte == newline);
                found = Found { rows: found.rows + 1, length: start, lines, is_cut: false };
                whole = places.len();
                match wanted {
                    Wanted::Alike { rows, bytes, .. } if found.rows < rows || found.length < bytes => {}
                    _ => break 'blocks false,
                }
            }
            // One that is too wide is refused where every byte is looked at.
            if places.len() - whole > widest {
                break 'blocks false;
            }
        }
        true
    };
    places.truncate(whole);
    doubled.truncate(doubled.partition_point(|at| *at < whole));
    Found { is_cut, ..found }
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
