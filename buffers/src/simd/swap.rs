//! Reversing the bytes in groups of two, four or eight: the plain loop, which becomes a shuffle of 32 bytes.

/// Says how many bytes are done.
#[cfg_attr(not(test), target_feature(enable = "avx2"))]
pub fn swap<const WIDTH: usize>(bytes: &mut [u8]) -> usize {
    let groups = bytes.as_chunks_mut::<WIDTH>().0;
    groups.iter_mut().for_each(|group| group.reverse());
    WIDTH * groups.len()
}
