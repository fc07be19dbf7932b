//! What is in memory as bytes, so that it need not be worked out again: numbers from the lowest byte, what varies in length behind its length.
//!
//! Who keeps such bytes has to see to it that they come back as they were; others are an error, or a state that makes no sense.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hash};
use std::io::{self, Read, Write};

use jiff::civil::Date;

use crate::compact_id::CompactId;

/// No more room than this is taken for a length before what it promises has come.
const MAX_ROOM: usize = 1 << 16;

/// Something that is packed into bytes.
pub(crate) trait Packed: Sized {
    fn pack(&self, output: &mut impl Write) -> io::Result<()>;
    fn unpack(input: &mut impl Read) -> io::Result<Self>;
}

/// Packs a type field by field.
macro_rules! packed {
    ($type:ty { $($field:ident),+ }) => {
        impl $crate::pack::Packed for $type {
            fn pack(&self, output: &mut impl std::io::Write) -> std::io::Result<()> {
                $($crate::pack::Packed::pack(&self.$field, output)?;)+
                Ok(())
            }

            fn unpack(input: &mut impl std::io::Read) -> std::io::Result<Self> {
                Ok(Self { $($field: $crate::pack::Packed::unpack(input)?),+ })
            }
        }
    };
}
pub(crate) use packed;

/// What is packed makes no sense.
pub(crate) fn nonsense(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{what} makes no sense"))
}

macro_rules! packed_numbers {
    ($($number:ty),+) => {$(
        impl Packed for $number {
            fn pack(&self, output: &mut impl Write) -> io::Result<()> {
                output.write_all(&self.to_le_bytes())
            }

            fn unpack(input: &mut impl Read) -> io::Result<Self> {
                Ok(Self::from_le_bytes(Packed::unpack(input)?))
            }
        }
    )+};
}
packed_numbers!(i8, i16, u32, u64, i64, f32);

impl Packed for u8 {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        output.write_all(&[*self])
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        let [byte] = Packed::unpack(input)?;
        Ok(byte)
    }
}

impl<const LENGTH: usize> Packed for [u8; LENGTH] {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        output.write_all(self)
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        let mut bytes = [0; LENGTH];
        input.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

/// How many items follow.
fn pack_length(length: usize, output: &mut impl Write) -> io::Result<()> {
    u32::try_from(length).map_err(|_| nonsense("so great a length"))?.pack(output)
}

impl<T: Packed> Packed for Vec<T> {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        pack_length(self.len(), output)?;
        self.iter().try_for_each(|item| item.pack(output))
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        let length = u32::unpack(input)? as usize;
        let mut items = Vec::with_capacity(length.min(MAX_ROOM));
        for _ in 0..length {
            items.push(T::unpack(input)?);
        }
        Ok(items)
    }
}

impl<T: Packed> Packed for VecDeque<T> {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        pack_length(self.len(), output)?;
        self.iter().try_for_each(|item| item.pack(output))
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        Ok(Vec::unpack(input)?.into())
    }
}

impl Packed for Box<[u8]> {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        pack_length(self.len(), output)?;
        output.write_all(self)
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        let length = u32::unpack(input)?;
        let mut bytes = Vec::with_capacity((length as usize).min(MAX_ROOM));
        input.take(u64::from(length)).read_to_end(&mut bytes)?;
        if bytes.len() < length as usize {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes.into())
    }
}

impl<K: Packed + Eq + Hash, V: Packed, S: BuildHasher + Default> Packed
    for std::collections::HashMap<K, V, S>
{
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        pack_length(self.len(), output)?;
        self.iter().try_for_each(|(key, value)| {
            key.pack(output)?;
            value.pack(output)
        })
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        let length = u32::unpack(input)? as usize;
        let mut map = Self::with_capacity_and_hasher(length.min(MAX_ROOM), S::default());
        for _ in 0..length {
            map.insert(K::unpack(input)?, V::unpack(input)?);
        }
        Ok(map)
    }
}

impl<T: Packed> Packed for Option<T> {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        u8::from(self.is_some()).pack(output)?;
        self.as_ref().map_or(Ok(()), |value| value.pack(output))
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        match u8::unpack(input)? {
            0 => Ok(None),
            _ => T::unpack(input).map(Some),
        }
    }
}

impl<T: Packed> Packed for Box<T> {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        (**self).pack(output)
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        T::unpack(input).map(Box::new)
    }
}

impl<A: Packed, B: Packed> Packed for (A, B) {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        self.0.pack(output)?;
        self.1.pack(output)
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        Ok((A::unpack(input)?, B::unpack(input)?))
    }
}

impl Packed for Date {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        self.year().pack(output)?;
        self.month().pack(output)?;
        self.day().pack(output)
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        let (year, month, day) = (i16::unpack(input)?, i8::unpack(input)?, i8::unpack(input)?);
        Date::new(year, month, day).map_err(|_| nonsense("a date"))
    }
}

impl Packed for CompactId {
    fn pack(&self, output: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Digits(digits) => {
                0_u8.pack(output)?;
                digits.pack(output)
            }
            Self::Text(text) => {
                1_u8.pack(output)?;
                text.as_bytes().to_vec().into_boxed_slice().pack(output)
            }
        }
    }

    fn unpack(input: &mut impl Read) -> io::Result<Self> {
        match u8::unpack(input)? {
            0 => Packed::unpack(input).map(Self::Digits),
            _ => {
                let text = String::from_utf8(Box::<[u8]>::unpack(input)?.into_vec());
                text.map(|text| Self::Text(text.into())).map_err(|_| nonsense("an id"))
            }
        }
    }
}
