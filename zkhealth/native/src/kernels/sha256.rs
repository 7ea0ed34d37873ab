//! SHA-256 of many rows of one width.

use blst::blst_sha256;

/// SHA-256(prefix || row) of each row, one digest after the other.
///
/// The caller has checked that `width` divides the length of `data`.
pub fn rows(prefix: &[u8], data: &[u8], width: usize) -> Vec<u8> {
    let mut message = [prefix, &vec![0; width]].concat();
    let mut out = vec![0u8; data.len() / width * 32];
    for (row, digest) in data.chunks_exact(width).zip(out.chunks_exact_mut(32)) {
        message[prefix.len()..].copy_from_slice(row);
        unsafe { blst_sha256(digest.as_mut_ptr(), message.as_ptr(), message.len()) };
    }
    out
}
