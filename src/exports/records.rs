//! Input stage: cutting delimited bytes into records. In: a stream, a delimiter. Out: a record with the line it starts on,
//! or several that are alike; one that does not end within the cap stops the reading, so that an unclosed quote in a large
//! file never holds more than the cap in memory.

use std::io::{self, Read};
use std::ops::Range;

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::batch::{ENOUGH, LEAST};
use super::quick::{self, BLOCK, Found, Wanted};
use super::rows::{Cut, Place};

/// No record of a real export is longer; Zoho's longest text field holds 32,000 characters.
pub(super) const LONGEST: usize = 16 << 20;
/// No record has more cells; a spreadsheet has half as many columns.
pub(super) const WIDEST: usize = 1 << 15;
const BUFFER: usize = 1 << 18;
/// Records that are cut one by one after one that is unlike others.
const APART: usize = 16;

/// Why the cutting stopped.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The stream broke.
    Io(io::Error),
    /// The record is over the cap.
    TooLong,
    /// The record has more cells than any table.
    TooWide,
}

/// Where the bytes of the current record are.
enum Stands {
    /// As they are in the file.
    Buffer(Range<usize>),
    /// The same, with cells after them that are otherwise spelled there.
    Spelled,
    /// As cells alone.
    Out,
}

/// Cuts a stream into records.
pub(super) struct Records<R> {
    reader: R,
    core: csv_core::Reader,
    delimiter: u8,
    newline: u8,
    buffer: Vec<u8>,
    at: usize,
    filled: usize,
    stands: Stands,
    places: Vec<Place>,
    /// The cells of the current records in which quotes are doubled.
    doubled: Vec<usize>,
    /// The current records with these cells once more, and without the doubles.
    spelled: Vec<u8>,
    out: Vec<u8>,
    out_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    /// What was consumed of the current record from buffers that are gone.
    carry: Vec<u8>,
    last: u8,
    line: u64,
    /// The line that the current record starts on, where it came alone.
    pub(super) start: u64,
    /// Whether the first line ends in CRLF.
    pub(super) crlf: bool,
    /// Whether the header was just read, so that the next byte tells what ended it.
    after_header: bool,
    headed: bool,
    /// Whether the file ends inside a quoted cell of the current record.
    pub(super) unclosed: bool,
    /// Records that are cut one by one before several are looked for again.
    unlike: usize,
}

/// Records that were gone over together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Together {
    pub(super) rows: usize,
    /// The line that the first starts on.
    line: u64,
    /// Bytes in the buffer.
    length: usize,
}

impl<R: Read> Records<R> {
    /// `newline` is what ends lines when they are counted: LF, or CR in a file without LF.
    pub(super) fn new(reader: R, delimiter: u8, newline: u8) -> Self {
        Self {
            reader,
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            newline,
            buffer: vec![0; BUFFER + BLOCK],
            at: 0,
            filled: 0,
            stands: Stands::Out,
            places: Vec::new(),
            doubled: Vec::new(),
            spelled: Vec::new(),
            out: vec![0; 1 << 14],
            out_len: 0,
            ends: vec![0; 256],
            ends_len: 0,
            carry: Vec::new(),
            last: 0,
            line: 1,
            start: 1,
            crlf: false,
            after_header: false,
            headed: false,
            unclosed: false,
            unlike: 0,
        }
    }

    /// The current record.
    pub(super) fn current(&self) -> Cut<'_> {
        let bytes = match &self.stands {
            Stands::Buffer(place) => &self.buffer[place.clone()],
            Stands::Spelled => &self.spelled,
            Stands::Out => &self.out[..self.out_len],
        };
        Cut { bytes, places: &self.places, is_joined: matches!(self.stands, Stands::Out) }
    }

    /// Goes to the next record; `false` at the end.
    pub(super) fn advance(&mut self) -> Result<bool, Trouble> {
        self.out_len = 0;
        self.ends_len = 0;
        self.carry.clear();
        self.places.clear();
        self.stands = Stands::Out;
        if !self.skip_line_ends()? {
            return Ok(false);
        }
        self.start = self.line;
        if self.advance_quickly() {
            return Ok(true);
        }
        loop {
            if self.at == self.filled {
                self.fill()?;
            }
            let from = self.at;
            let (result, read, wrote, ended) = self.core.read_record(
                &self.buffer[self.at..self.filled],
                &mut self.out[self.out_len..],
                &mut self.ends[self.ends_len..],
            );
            self.at += read;
            self.out_len += wrote;
            self.ends_len += ended;
            self.line += memchr::memchr_iter(self.newline, &self.buffer[from..self.at]).count() as u64;
            match result {
                ReadRecordResult::Record => {
                    self.after_header = !std::mem::replace(&mut self.headed, true);
                    if read > 0 {
                        self.last = self.buffer[self.at - 1];
                    } else {
                        self.unclosed = ends_inside_quote(&self.carry, self.delimiter);
                    }
                    let mut from = 0;
                    let cells = self.ends[..self.ends_len].iter();
                    self.places.extend(cells.map(|end| Place::new(std::mem::replace(&mut from, *end), *end)));
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
                ReadRecordResult::InputEmpty => self.carry.extend_from_slice(&self.buffer[from..self.at]),
                ReadRecordResult::OutputFull => {
                    self.carry.extend_from_slice(&self.buffer[from..self.at]);
                    self.out.resize(self.out.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    self.carry.extend_from_slice(&self.buffer[from..self.at]);
                    self.ends.resize(self.ends.len() * 2, 0);
                }
            }
            if self.ends_len > WIDEST {
                return Err(Trouble::TooWide);
            }
            if self.carry.len() > LONGEST {
                return Err(Trouble::TooLong);
            }
        }
    }

    /// Goes over a record that is in the buffer as a whole; not over the header, which may have a mark in front that is to
    /// be taken off.
    fn advance_quickly(&mut self) -> bool {
        self.headed && self.pass(Wanted::One).rows > 0
    }

    /// Goes over records that are in the buffer as a whole and have so many cells each: as many as are handed on together,
    /// or none. They are the current record, one after the other.
    pub(super) fn advance_together(&mut self, cells: usize) -> Result<Option<Together>, Trouble> {
        if let Some(fewer) = self.unlike.checked_sub(1) {
            self.unlike = fewer;
            return Ok(None);
        }
        if !self.headed || !self.skip_line_ends()? {
            return Ok(None);
        }
        let line = self.line;
        loop {
            let found = self.pass(Wanted::Alike { cells, rows: LEAST, bytes: ENOUGH });
            if found.rows > 0 {
                return Ok(Some(Together { rows: found.rows, line, length: found.length }));
            }
            // Where the buffer ends within the first, the rest of it may still come.
            if !(found.is_cut && self.more()?) {
                self.unlike = APART;
                return Ok(None);
            }
        }
    }

    /// Goes back to the first of records that were gone over together: they are cut one by one.
    pub(super) fn part(&mut self, together: &Together) {
        (self.at, self.line, self.unlike) = (self.at - together.length, together.line, together.rows);
    }

    /// Goes over records that are in the buffer as a whole, if any begin there.
    fn pass(&mut self, wanted: Wanted) -> Found {
        let (rest, filled) = (&self.buffer[self.at..], self.filled - self.at);
        self.places.clear();
        self.doubled.clear();
        let bytes = (self.delimiter, self.newline);
        let found = quick::records(rest, filled, bytes, wanted, &mut self.places, &mut self.doubled);
        let bytes = &rest[..found.length];
        let Some(last) = bytes.last() else { return found };
        self.last = *last;
        self.line += found.lines;
        self.stands = Stands::Buffer(self.at..self.at + found.length);
        if !self.doubled.is_empty() {
            self.stands = Stands::Spelled;
            self.spelled.clear();
            self.spelled.extend_from_slice(bytes);
            for at in &self.doubled {
                let from = self.spelled.len();
                quick::unquoted(&bytes[self.places[*at].range()], &mut self.spelled);
                self.places[*at] = Place::new(from, self.spelled.len());
            }
        }
        self.at += found.length;
        found
    }

    /// Moves what is left to the front of the buffer and fills it up; whether there was more.
    fn more(&mut self) -> Result<bool, Trouble> {
        self.buffer.copy_within(self.at..self.filled, 0);
        (self.at, self.filled) = (0, self.filled - self.at);
        // A decoder may need room for a whole character.
        if BUFFER - self.filled < BLOCK {
            return Ok(false);
        }
        let count = self.read()?;
        Ok(count > 0)
    }

    /// Passes blank lines and the LF of a CRLF, counting lines; `false` at the end of the stream.
    fn skip_line_ends(&mut self) -> Result<bool, Trouble> {
        loop {
            if self.at == self.filled && self.fill()? == 0 {
                return Ok(false);
            }
            let byte = self.buffer[self.at];
            if std::mem::take(&mut self.after_header) {
                self.crlf = self.last == b'\r' && byte == b'\n';
            }
            match byte {
                b'\r' | b'\n' => {
                    self.line += u64::from(byte == self.newline);
                    self.at += 1;
                }
                _ => return Ok(true),
            }
        }
    }

    fn fill(&mut self) -> Result<usize, Trouble> {
        (self.at, self.filled) = (0, 0);
        self.read()
    }

    /// Adds to what is in the buffer.
    fn read(&mut self) -> Result<usize, Trouble> {
        loop {
            match self.reader.read(&mut self.buffer[self.filled..BUFFER]) {
                Ok(count) => {
                    self.filled += count;
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Trouble::Io(error)),
            }
        }
    }
}

/// Whether a quote that opened a cell of this record is still open at its end.
fn ends_inside_quote(raw: &[u8], delimiter: u8) -> bool {
    let (mut inside, mut cell_start) = (false, true);
    let mut bytes = raw.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if inside {
            if byte == b'"' && bytes.next_if_eq(&b'"').is_none() {
                inside = false;
            }
            cell_start = false;
        } else if byte == b'"' && cell_start {
            inside = true;
        } else {
            cell_start = byte == delimiter;
        }
    }
    inside
}

#[cfg(test)]
#[path = "records_tests.rs"]
mod tests;
