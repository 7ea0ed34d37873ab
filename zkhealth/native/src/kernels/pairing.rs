//! Products of pairings.

use blst::*;

/// Whether Π e(P[i], Q[i]) = 1; pairs with the identity count as 1.
pub fn product_is_one(p: &[blst_p1_affine], q: &[blst_p2_affine]) -> bool {
    let kept = |(p, q): &(&blst_p1_affine, &blst_p2_affine)| {
        **p != blst_p1_affine::default() && **q != blst_p2_affine::default()
    };
    let (p, q): (Vec<*const blst_p1_affine>, Vec<*const blst_p2_affine>) =
        p.iter().zip(q).filter(kept).map(|(p, q)| (std::ptr::from_ref(p), std::ptr::from_ref(q))).unzip();
    if p.is_empty() {
        return true;
    }
    let (mut product, mut out) = (blst_fp12::default(), blst_fp12::default());
    unsafe {
        blst_miller_loop_n(&mut product, q.as_ptr(), p.as_ptr(), p.len());
        blst_final_exp(&mut out, &product);
        blst_fp12_is_one(&out)
    }
}
