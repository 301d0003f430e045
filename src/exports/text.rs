//! Input stage: bytes of cells into text. In: a record's bytes. Out: UTF-8, borrowed where the bytes are already that.
//! Without a declared encoding every cell is decided on its own, because exports that went through a spreadsheet hold
//! both kinds; whether that is damage is known only at the end of the file.

use encoding_rs::WINDOWS_1252;

use super::rows::{Cut, Damages, Row, RowBuffer};
use super::{DamageKind, DamagePlace};

/// How cells are decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// UTF-8 where it is valid, else Windows-1252.
    PerCell,
    /// UTF-8 by declaration.
    Utf8,
    /// Windows-1252 by declaration.
    Windows1252,
    /// Decoded before the records are cut.
    Utf16Le,
    /// Decoded before the records are cut.
    Utf16Be,
}

/// Damage that only counts as such once the whole file is read.
#[derive(Debug, Default)]
struct Pending {
    count: u64,
    places: Vec<DamagePlace>,
}

/// Decodes records and remembers what it met.
pub(super) struct Texts {
    mode: Mode,
    /// Whether the file holds UTF-8 that is not ASCII, or says by its mark that it is UTF-8.
    utf8: bool,
    foreign: Pending,
    undefined: Pending,
    damage: Damages,
    labels: Vec<String>,
    scratch: RowBuffer,
}

impl Texts {
    /// `bom` is whether the file starts with a UTF-8 mark.
    pub(super) fn new(mode: Mode, bom: bool) -> Self {
        Self {
            mode,
            utf8: bom || mode == Mode::Utf8,
            foreign: Pending::default(),
            undefined: Pending::default(),
            damage: Damages::default(),
            labels: Vec::new(),
            scratch: RowBuffer::default(),
        }
    }

    /// The names for the places of damage.
    pub(super) fn set_labels(&mut self, labels: Vec<String>) {
        self.labels = labels;
    }

    /// The record as text; `record` is `None` for the header.
    pub(super) fn decode<'a>(&'a mut self, cut: Cut<'a>, record: Option<u64>, line: u64) -> Row<'a> {
        if let Some(text) = self.as_is(cut) {
            return Row { text, places: cut.places };
        }
        self.scratch.clear();
        for (column, place) in cut.places.iter().enumerate() {
            self.cell(&cut.bytes[place.range()], column, record, line);
        }
        self.scratch.row()
    }

    /// The whole text at once, when nothing in it needs a look.
    #[inline]
    pub(super) fn as_is<'a>(&mut self, cut: Cut<'a>) -> Option<&'a str> {
        let Cut { bytes, places, is_joined } = cut;
        if is_joined && memchr::memchr(0, bytes).is_some() {
            return None;
        }
        let text = simdutf8::basic::from_utf8(bytes).ok()?;
        if text.is_ascii() {
            return Some(text);
        }
        let replaced = || memchr::memmem::find(bytes, "\u{fffd}".as_bytes()).is_some();
        match self.mode {
            Mode::Windows1252 => return None,
            Mode::Utf16Le | Mode::Utf16Be if replaced() => return None,
            _ => {}
        }
        // Two halves of a character in neighbouring cells are valid only side by side.
        if is_joined && !places.iter().all(|place| text.is_char_boundary(place.range().end)) {
            return None;
        }
        self.utf8 = true;
        Some(text)
    }

    fn cell(&mut self, bytes: &[u8], column: usize, record: Option<u64>, line: u64) {
        let Self { mode, utf8, foreign, undefined, damage, labels, scratch } = self;
        let place = |detail: &str| DamagePlace {
            record,
            line: Some(line),
            column: labels.get(column).cloned(),
            detail: detail.to_owned(),
        };
        let decoded = match (*mode, std::str::from_utf8(bytes)) {
            (Mode::Windows1252, _) if !bytes.is_ascii() => {
                if has_undefined(bytes) {
                    undefined.note(|| place("a byte that Windows-1252 does not define"));
                }
                WINDOWS_1252.decode_without_bom_handling(bytes).0
            }
            (Mode::Utf16Le | Mode::Utf16Be, Ok(text)) => {
                if text.contains('\u{fffd}') {
                    damage.note(DamageKind::InvalidText, || place("half a UTF-16 character"));
                }
                text.into()
            }
            (_, Ok(text)) => {
                *utf8 |= !text.is_ascii();
                text.into()
            }
            (Mode::PerCell, Err(_)) => {
                if has_undefined(bytes) {
                    undefined.note(|| place("a byte that is neither UTF-8 nor Windows-1252"));
                }
                foreign.note(|| place("not UTF-8, read as Windows-1252"));
                WINDOWS_1252.decode_without_bom_handling(bytes).0
            }
            (_, Err(_)) => {
                damage.note(DamageKind::InvalidText, || place("not UTF-8, the bytes were replaced"));
                String::from_utf8_lossy(bytes)
            }
        };
        if decoded.contains('\0') {
            damage.note(DamageKind::NulByte, || place("NUL bytes, left out of the value"));
            scratch.push(&decoded.replace('\0', ""));
        } else {
            scratch.push(&decoded);
        }
    }

    /// Settles what the foreign cells were; `true` when the file as a whole is Windows-1252.
    pub(super) fn finish(self, damage: &mut Damages) -> bool {
        let windows = !self.utf8 && self.foreign.count > 0;
        let of_cells = if windows || self.mode == Mode::Windows1252 { self.undefined } else { self.foreign };
        for (kind, (count, places)) in self.damage.into_kinds() {
            damage.put(kind, count, places);
        }
        damage.put(DamageKind::InvalidText, of_cells.count, of_cells.places);
        windows
    }
}

impl Pending {
    fn note(&mut self, place: impl FnOnce() -> DamagePlace) {
        self.count += 1;
        if self.places.len() < super::NAMED {
            self.places.push(place());
        }
    }
}

fn has_undefined(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| matches!(byte, 0x81 | 0x8d | 0x8f | 0x90 | 0x9d))
}
