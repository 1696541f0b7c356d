//! The RSA key inside an X.509 certificate (RFC 5280 §4.1), read without any of Doorward's code.
//!
//! Only what is needed to compare it with a JWK: neither dates nor names nor signatures are looked at, because the
//! vendor's rules name none of them.

/// Tags of DER (X.690 §8).
const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const VERSION: u8 = 0xa0;
/// `rsaEncryption` (RFC 3279 §2.3.1), as DER.
const RSA: &[u8] = &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// Modulus and exponent, without leading zeros.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RsaKey {
    pub(crate) n: Vec<u8>,
    pub(crate) e: Vec<u8>,
}

/// The RSA key that a certificate is about; `None` if it is no certificate of one.
pub(crate) fn certified_key(certificate: &[u8]) -> Option<RsaKey> {
    let (whole, after) = take(certificate, SEQUENCE)?;
    after.is_empty().then_some(())?;
    let (mut fields, _) = take(whole, SEQUENCE)?;
    if let Some((_, rest)) = take(fields, VERSION) {
        fields = rest;
    }
    let (_, mut fields) = take(fields, INTEGER)?;
    // signature, issuer, validity, subject
    for _ in 0..4 {
        (_, fields) = take(fields, SEQUENCE)?;
    }
    let (info, _) = take(fields, SEQUENCE)?;
    let (algorithm, bits) = take(info, SEQUENCE)?;
    algorithm.starts_with(RSA).then_some(())?;
    let (bits, _) = take(bits, BIT_STRING)?;
    let (unused, key) = bits.split_first()?;
    (*unused == 0).then_some(())?;
    let (numbers, _) = take(key, SEQUENCE)?;
    let (n, rest) = take(numbers, INTEGER)?;
    let (e, _) = take(rest, INTEGER)?;
    Some(RsaKey {
        n: bare(n).to_vec(),
        e: bare(e).to_vec(),
    })
}

/// A number without leading zeros.
pub(super) fn bare(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// The content of an element with this tag, and what comes after it.
fn take(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = bytes.split_first()?;
    (*found == tag).then_some(())?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = if *first < 0x80 {
        (usize::from(*first), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        let length = digits.iter().try_fold(0_usize, |sum, digit| {
            sum.checked_mul(256)?.checked_add(usize::from(*digit))
        })?;
        (length, rest)
    };
    rest.split_at_checked(length)
}
