//! Products of pairings.

use blst::*;

/// Whether Π e(P[i], Q[i]) = 1; pairs with the identity count as 1.
pub fn product_is_one(p: &[blst_p1_affine], q: &[blst_p2_affine]) -> bool {
    let mut product = unsafe { *blst_fp12_one() };
    for (p, q) in p.iter().zip(q) {
        if *p == blst_p1_affine::default() || *q == blst_p2_affine::default() {
            continue;
        }
        let mut line = blst_fp12::default();
        unsafe {
            blst_miller_loop(&mut line, q, p);
            let left = product;
            blst_fp12_mul(&mut product, &left, &line);
        }
    }
    let mut out = blst_fp12::default();
    unsafe {
        blst_final_exp(&mut out, &product);
        blst_fp12_is_one(&out)
    }
}
