//! A cursor over msgpack bytes, as lenient as the reference's decoder: where a string, number, bool or length is read, nil
//! stands for the empty one.

use crate::codec::DecodeProblem;

#[derive(Clone)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

type Result<T> = std::result::Result<T, DecodeProblem>;

/// First bytes of msgpack values that have no bits of their own.
pub(super) mod code {
    pub(in crate::msgpack) const NIL: u8 = 0xc0;
    pub(in crate::msgpack) const FALSE: u8 = 0xc2;
    pub(in crate::msgpack) const TRUE: u8 = 0xc3;
    pub(in crate::msgpack) const BIN8: u8 = 0xc4;
    pub(in crate::msgpack) const BIN16: u8 = 0xc5;
    pub(in crate::msgpack) const BIN32: u8 = 0xc6;
    pub(in crate::msgpack) const EXT8: u8 = 0xc7;
    pub(in crate::msgpack) const EXT16: u8 = 0xc8;
    pub(in crate::msgpack) const EXT32: u8 = 0xc9;
    pub(in crate::msgpack) const FLOAT32: u8 = 0xca;
    pub(in crate::msgpack) const FLOAT64: u8 = 0xcb;
    pub(in crate::msgpack) const UINT8: u8 = 0xcc;
    pub(in crate::msgpack) const UINT64: u8 = 0xcf;
    pub(in crate::msgpack) const INT8: u8 = 0xd0;
    pub(in crate::msgpack) const INT64: u8 = 0xd3;
    pub(in crate::msgpack) const FIXEXT1: u8 = 0xd4;
    pub(in crate::msgpack) const FIXEXT16: u8 = 0xd8;
    pub(in crate::msgpack) const STR8: u8 = 0xd9;
    pub(in crate::msgpack) const STR16: u8 = 0xda;
    pub(in crate::msgpack) const STR32: u8 = 0xdb;
    pub(in crate::msgpack) const ARRAY16: u8 = 0xdc;
    pub(in crate::msgpack) const ARRAY32: u8 = 0xdd;
    pub(in crate::msgpack) const MAP16: u8 = 0xde;
    pub(in crate::msgpack) const MAP32: u8 = 0xdf;
}

pub(super) fn is_ext(c: u8) -> bool {
    matches!(c, code::FIXEXT1..=code::FIXEXT16 | code::EXT8..=code::EXT32)
}

pub(super) fn is_fixed_number(c: u8) -> bool {
    c <= 0x7f || c >= 0xe0
}

pub(super) fn is_string(c: u8) -> bool {
    matches!(c, 0xa0..=0xbf | code::STR8..=code::STR32)
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn peek(&self) -> Result<u8> {
        self.rest.first().copied().ok_or(DecodeProblem::Eof)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> Result<u8> {
        let c = self.peek()?;
        self.rest = &self.rest[1..];
        Ok(c)
    }

    pub(super) fn bytes(&mut self, n: usize) -> Result<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(n).ok_or(DecodeProblem::Eof)?;
        self.rest = tail;
        Ok(head)
    }

    fn big_endian<const N: usize>(&mut self) -> Result<[u8; N]> {
        let (head, tail) = self.rest.split_first_chunk().ok_or(DecodeProblem::Eof)?;
        self.rest = tail;
        Ok(*head)
    }

    fn u16(&mut self) -> Result<usize> {
        self.big_endian().map(|b| u16::from_be_bytes(b) as usize)
    }

    fn u32(&mut self) -> Result<usize> {
        self.big_endian().map(|b| u32::from_be_bytes(b) as usize)
    }

    /// A length whose codes for 16 and 32 bits follow each other; nothing for nil.
    fn length(&mut self, fixed: u8, mask: u8, wide: u8, wanted: &'static str) -> Result<Option<usize>> {
        match self.byte()? {
            code::NIL => Ok(None),
            c if c & !mask == fixed => Ok(Some((c & mask) as usize)),
            c if c == wide => self.u16().map(Some),
            c if c == wide + 1 => self.u32().map(Some),
            code => Err(DecodeProblem::Code { code, wanted }),
        }
    }

    pub(super) fn array_length(&mut self) -> Result<Option<usize>> {
        self.length(0x90, 0x0f, code::ARRAY16, "an array")
    }

    pub(super) fn map_length(&mut self) -> Result<Option<usize>> {
        self.length(0x80, 0x0f, code::MAP16, "a map")
    }

    /// The bytes of a string or binary; empty for nil.
    pub(super) fn string(&mut self) -> Result<&'a [u8]> {
        let len = match self.byte()? {
            code::NIL => 0,
            c @ 0xa0..=0xbf => (c & 0x1f) as usize,
            code::STR8 | code::BIN8 => self.byte()? as usize,
            code::STR16 | code::BIN16 => self.u16()?,
            code::STR32 | code::BIN32 => self.u32()?,
            code => return Err(DecodeProblem::Code { code, wanted: "a string" }),
        };
        self.bytes(len)
    }

    pub(super) fn boolean(&mut self) -> Result<bool> {
        match self.byte()? {
            code::NIL | code::FALSE => Ok(false),
            code::TRUE => Ok(true),
            code => Err(DecodeProblem::Code { code, wanted: "a bool" }),
        }
    }

    /// An integer of any width as 64 signed bits; unsigned ones beyond wrap.
    pub(super) fn integer(&mut self) -> Result<i64> {
        Ok(match self.byte()? {
            code::NIL => 0,
            c if is_fixed_number(c) => i64::from(c as i8),
            0xcc => i64::from(self.byte()?),
            0xcd => self.u16()? as i64,
            0xce => self.u32()? as i64,
            0xcf => u64::from_be_bytes(self.big_endian()?) as i64,
            0xd0 => i64::from(self.byte()? as i8),
            0xd1 => i64::from(i16::from_be_bytes(self.big_endian()?)),
            0xd2 => i64::from(i32::from_be_bytes(self.big_endian()?)),
            0xd3 => i64::from_be_bytes(self.big_endian()?),
            code => return Err(DecodeProblem::Code { code, wanted: "an integer" }),
        })
    }

    pub(super) fn float(&mut self) -> Result<f64> {
        match self.byte()? {
            code::FLOAT32 => Ok(f64::from(f32::from_be_bytes(self.big_endian()?))),
            code::FLOAT64 => Ok(f64::from_be_bytes(self.big_endian()?)),
            code => Err(DecodeProblem::Code { code, wanted: "a float" }),
        }
    }

    /// Type and length of an extension, whose payload follows.
    pub(super) fn extension(&mut self) -> Result<(u8, usize)> {
        let len = match self.byte()? {
            c @ code::FIXEXT1..=code::FIXEXT16 => 1 << (c - code::FIXEXT1),
            code::EXT8 => self.byte()? as usize,
            code::EXT16 => self.u16()?,
            code::EXT32 => self.u32()?,
            code => return Err(DecodeProblem::Code { code, wanted: "an extension" }),
        };
        Ok((self.byte()?, len))
    }
}
