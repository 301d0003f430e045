//! Input stage: cutting delimited bytes into records. In: a stream, a delimiter. Out: one record at a time with the line
//! it starts on; a record that does not end within the cap stops the reading, so that an unclosed quote in a large file
//! never holds more than the cap in memory.

use std::io::{self, Read};
use std::ops::Range;

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::quick::{self, BLOCK};
use super::rows::{Cut, Place};

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
    /// The cells of the current record in which quotes are doubled.
    doubled: Vec<usize>,
    /// The current record with these cells once more, and without the doubles.
    spelled: Vec<u8>,
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
        }
    }

    /// The current record.
    pub(super) fn current(&self) -> Cut<'_> {
        let bytes = match &self.stands {
            Stands::Buffer(place) => &self.buffer[place.clone()],
            Stands::Spelled => &self.spelled,
            Stands::Out => &self.out[..self.out_len],
        };
        Cut { bytes, places: &self.places, may_hold_nul: matches!(self.stands, Stands::Out) }
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
        if !self.headed {
            return false;
        }
        let (rest, filled) = (&self.buffer[self.at..], self.filled - self.at);
        self.doubled.clear();
        let Some(found) =
            quick::record(rest, filled, (self.delimiter, self.newline), &mut self.places, &mut self.doubled)
        else {
            self.places.clear();
            return false;
        };
        let bytes = &rest[..found.length];
        self.last = rest[found.length];
        self.line += found.lines + u64::from(self.last == self.newline);
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
        self.at += found.length + 1;
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
            match self.reader.read(&mut self.buffer[..BUFFER]) {
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

    use super::{Place, Records, Trouble};

    fn cut(bytes: &[u8], newline: u8) -> (Vec<(u64, Vec<String>)>, bool, bool) {
        let mut records = Records::new(bytes, b',', newline);
        let mut found = Vec::new();
        while records.advance().unwrap() {
            let cut = records.current();
            let cell = |place: &Place| String::from_utf8_lossy(&cut.bytes[place.range()]).into_owned();
            let cells = cut.places.iter().map(cell).collect();
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
        let pieces = [
            "a",
            "bc ",
            ",",
            ",",
            "\n",
            "\"",
            "\"d\"\"e\"",
            ",\"f,g\r\nh\",",
            "\"\"",
            "\r\n",
            "\",\"",
            "i\"j",
            "0123456789",
        ];
        for round in 0..30_000 {
            let bytes: Vec<u8> = match round % 2 {
                0 => (0..next(200)).map(|_| b"ab ,,\n\n\r\"\"\xc3"[next(11) as usize]).collect(),
                _ => (0..next(60)).flat_map(|_| pieces[next(13) as usize].bytes()).collect(),
            };
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
        assert!(matches!(commas.advance(), Err(Trouble::TooWide)));
        // Also where the whole line is at hand.
        let line = [b"a,b\n1,2\n", ",".repeat(70_000).as_bytes(), b"\n3,4\n"].concat();
        let mut wide = Records::new(&line[..], b',', b'\n');
        assert!(wide.advance().unwrap() && wide.advance().unwrap());
        assert!(matches!(wide.advance(), Err(Trouble::TooWide)));
    }
}
