//! What stands in for `simd/` without the feature `simd`: no kernel is there, the scalar code does it all.

#[derive(Clone, Copy, Default)]
pub(crate) struct Progress {
    pub read: usize,
    pub written: usize,
}

pub(crate) const SLACK: usize = 0;

pub(crate) fn utf8(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}

macro_rules! none {
    ($($name:ident($($type:ty),*) -> $result:ty;)*) => {
        $(pub(crate) fn $name($(_: $type),*) -> Option<$result> {
            None
        })*
    };
}

none! {
    utf8_to_utf16(&str, &mut [u8]) -> Progress;
    utf16_to_utf8(&[u8], &mut [u8]) -> Progress;
    latin1_to_utf8(&[u8], &mut [u8]) -> Progress;
    encode_base64(&[u8], &[u8; 64], &mut [u8]) -> Progress;
    decode_base64(&[u8], &[[u8; 64]; 2], &mut [u8]) -> Progress;
    compact_base64(&[u8], &[[u8; 64]; 2], &mut [u8]) -> Progress;
    rfind(&[u8], &[u8]) -> Result<Option<usize>, usize>;
}

pub(crate) fn swap<const WIDTH: usize>(_: &mut [u8]) -> Option<usize> {
    None
}
