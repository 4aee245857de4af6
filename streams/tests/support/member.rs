//! gzip members with anything in them: take a good one, spoil a field, and ask for its bytes.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// A member of a gzip file, field by field (RFC 1952).
#[derive(Debug, Clone)]
pub struct Member {
    pub magic: [u8; 2],
    pub method: u8,
    pub flags: u8,
    /// What the flags announce, as it stands in the header: extra field, name, comment, check value.
    pub fields: Vec<u8>,
    /// Raw deflate.
    pub body: Vec<u8>,
    pub crc: u32,
    pub length: u32,
}

impl Member {
    /// A good member with `data` in it and nothing but the data.
    pub fn of(data: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(data).unwrap();
        let mut crc = Crc::new();
        crc.update(data);
        Self {
            magic: [0x1f, 0x8b],
            method: 8,
            flags: 0,
            fields: Vec::new(),
            body: encoder.finish().unwrap(),
            crc: crc.sum(),
            length: crc.amount(),
        }
    }

    /// This member with flag number `bit` set and `field` put after the fields before.
    pub fn with_field(mut self, bit: u8, field: &[u8]) -> Self {
        self.flags |= 1 << bit;
        self.fields.extend_from_slice(field);
        self
    }

    /// The member as it stands in a file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.magic.to_vec();
        bytes.extend([self.method, self.flags, 0, 0, 0, 0, 0, 3]);
        bytes.extend(&self.fields);
        bytes.extend(&self.body);
        bytes.extend(self.crc.to_le_bytes());
        bytes.extend(self.length.to_le_bytes());
        bytes
    }
}
