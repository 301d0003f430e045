//! Input stage: cutting delimited bytes into records. In: a stream, a delimiter. Out: one record at a time with the line
//! it starts on; a record that does not end within the cap stops the reading, so that an unclosed quote in a large file
//! never holds more than the cap in memory.

use std::io::{self, Read};
use std::ops::Range;

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::rows::Cut;

/// No record of a real export is longer; Zoho's longest text field holds 32,000 characters.
pub(super) const LONGEST: usize = 16 << 20;
/// No record has more cells; a spreadsheet has half as many columns.
pub(super) const WIDEST: usize = 1 << 15;
const BUFFER: usize = 1 << 18;

/// Why the cutting stopped.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The stream broke.
    Io(io::Error),
    /// The record is over the cap.
    TooLong,
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
    /// Where in the buffer the current record stands, when nothing in it had to be taken out.
    plain: Option<Range<usize>>,
    out: Vec<u8>,
    out_len: usize,
    ends: Vec<usize>,
    ends_len: usize,
    /// What was consumed of the current record from buffers that are gone.
    carry: Vec<u8>,
    last: u8,
    line: u64,
    /// The line that the current record starts on.
    pub(super) start: u64,
    /// Whether the first line ends in CRLF.
    pub(super) crlf: bool,
    /// Whether the header was just read, so that the next byte tells what ended it.
    after_header: bool,
    headed: bool,
    /// Whether the file ends inside a quoted cell of the current record.
    pub(super) unclosed: bool,
}

impl<R: Read> Records<R> {
    /// `newline` is what ends lines when they are counted: LF, or CR in a file without LF.
    pub(super) fn new(reader: R, delimiter: u8, newline: u8) -> Self {
        Self {
            reader,
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            newline,
            buffer: vec![0; BUFFER],
            at: 0,
            filled: 0,
            plain: None,
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
        }
    }

    /// The bytes of the current record and where its cells are in them.
    pub(super) fn current(&self) -> (&[u8], Cut<'_>) {
        let ends = &self.ends[..self.ends_len];
        match &self.plain {
            Some(place) => (&self.buffer[place.clone()], Cut { ends, between: 1 }),
            None => (&self.out[..self.out_len], Cut { ends, between: 0 }),
        }
    }

    /// Goes to the next record; `false` at the end.
    pub(super) fn advance(&mut self) -> Result<bool, Trouble> {
        self.out_len = 0;
        self.ends_len = 0;
        self.carry.clear();
        self.plain = None;
        if !self.skip_line_ends()? {
            return Ok(false);
        }
        self.start = self.line;
        if self.advance_plainly() {
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
            if self.carry.len() > LONGEST || self.ends_len > WIDEST {
                return Err(Trouble::TooLong);
            }
        }
    }

    /// Goes over a record without quotes that is in the buffer as a whole; not over the header, which may have a mark in
    /// front that is to be taken off.
    fn advance_plainly(&mut self) -> bool {
        let rest = &self.buffer[self.at..self.filled];
        let Some(length) = memchr::memchr3(b'"', b'\n', b'\r', rest).filter(|at| self.headed && rest[*at] != b'"')
        else {
            return false;
        };
        for end in memchr::memchr_iter(self.delimiter, &rest[..length]).chain([length]) {
            if self.ends_len == self.ends.len() {
                // One that is too wide is refused where every byte is looked at.
                if self.ends_len > WIDEST {
                    self.ends_len = 0;
                    return false;
                }
                self.ends.resize(self.ends.len() * 2, 0);
            }
            self.ends[self.ends_len] = end;
            self.ends_len += 1;
        }
        self.last = rest[length];
        self.line += u64::from(self.last == self.newline);
        self.plain = Some(self.at..self.at + length);
        self.at += length + 1;
        true
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
        self.at = 0;
        self.filled = 0;
        loop {
            match self.reader.read(&mut self.buffer) {
                Ok(count) => {
                    self.filled = count;
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
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Read;

    use super::{Records, Trouble};

    fn cut(bytes: &[u8], newline: u8) -> (Vec<(u64, Vec<String>)>, bool, bool) {
        let mut records = Records::new(bytes, b',', newline);
        let mut found = Vec::new();
        while records.advance().unwrap() {
            let (bytes, cut) = records.current();
            let cells = cut.places().map(|place| String::from_utf8_lossy(&bytes[place]).into_owned()).collect();
            found.push((records.start, cells));
        }
        (found, records.crlf, records.unclosed)
    }

    fn lines(bytes: &[u8], newline: u8) -> Vec<(u64, usize)> {
        cut(bytes, newline).0.iter().map(|(line, cells)| (*line, cells.len())).collect()
    }

    #[test]
    fn records_are_those_of_a_reader_that_looks_at_every_byte() {
        let mut seed = 7_u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for round in 0..20_000 {
            let length = next(60);
            let bytes: Vec<u8> = (0..length).map(|_| b"ab ,,\n\n\r\"\"\xc3"[next(11) as usize]).collect();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&bytes[..]);
            let wanted: Vec<Vec<String>> = reader
                .byte_records()
                .map(|record| record.unwrap().iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
                .collect();
            let found: Vec<Vec<String>> = cut(&bytes, b'\n').0.into_iter().map(|(_, cells)| cells).collect();
            assert_eq!(found, wanted, "{round}: {:?}", String::from_utf8_lossy(&bytes));
        }
    }

    #[test]
    fn lines_are_counted_through_every_line_end_and_blank_lines() {
        assert_eq!(lines(b"a,b\n\n1,\"x\ny\"\n\n\n2,z\n", b'\n'), [(1, 2), (3, 2), (7, 2)]);
        assert_eq!(lines(b"a,b\r\n\r\n1,2\r\n3,4", b'\n'), [(1, 2), (3, 2), (4, 2)]);
        assert_eq!(lines(b"a,b\r\r1,2\r3,4\r", b'\r'), [(1, 2), (3, 2), (4, 2)]);
        assert!(cut(b"a,b\r\n1,2\r\n", b'\n').1);
        assert!(!cut(b"a,b\n1,2\r\n", b'\n').1);
    }

    #[test]
    fn quotes_are_read_and_an_open_one_is_seen() {
        let (found, _, unclosed) = cut(b"a,b\n\"say \"\"hi\"\"\",5\" pipe\n", b'\n');
        assert_eq!(found[1].1, ["say \"hi\"", "5\" pipe"]);
        assert!(!unclosed);
        assert!(cut(b"a,b\n1,\"open\n2,3\n", b'\n').2);
        assert!(!cut(b"a,b\n1,\"shut\"", b'\n').2);
        assert!(!cut(b"a,b\n1,\"\"", b'\n').2);
        assert!(!cut(b"a,b\n1,5\"", b'\n').2);
    }

    #[test]
    fn a_record_that_never_ends_is_stopped_with_little_memory() {
        let endless = b"a,b\n1,\"".chain(std::io::repeat(b'x'));
        let mut records = Records::new(endless, b',', b'\n');
        assert!(records.advance().unwrap());
        assert!(matches!(records.advance(), Err(Trouble::TooLong)));
        assert_eq!(records.start, 2);
        assert!(records.out.len() <= 64 << 20);
        let mut commas = Records::new(std::io::repeat(b','), b',', b'\n');
        assert!(matches!(commas.advance(), Err(Trouble::TooLong)));
        // Also where the whole line is at hand.
        let line = [b"a,b\n1,2\n", ",".repeat(70_000).as_bytes(), b"\n3,4\n"].concat();
        let mut wide = Records::new(&line[..], b',', b'\n');
        assert!(wide.advance().unwrap() && wide.advance().unwrap());
        assert!(matches!(wide.advance(), Err(Trouble::TooLong)));
    }
}
