//! Public keys of authenticators: COSE (RFC 9052, 9053, 8230), and the signatures that they verify.

use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};

use super::cbor::Value;

/// ECDSA over P-256 with SHA-256, which nearly all authenticators have.
const ES256: i64 = -7;
/// Ed25519.
const ED_DSA: i64 = -8;
/// RSA of PKCS 1, version 1.5, with SHA-256: Windows Hello on older TPMs.
const RS256: i64 = -257;
/// Algorithms that are asked for, the best first.
pub(super) const ALGORITHMS: [i64; 3] = [ES256, ED_DSA, RS256];

/// Bytes of an RSA modulus: 2048 to 4096 bits.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
/// Bytes of an RSA exponent at most.
const EXPONENT_BYTES_MAX: usize = 4;

/// A public key.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key<'a> {
    /// The point, uncompressed.
    P256([u8; 65]),
    Ed25519(&'a [u8]),
    Rsa {
        n: &'a [u8],
        e: &'a [u8],
    },
}

impl<'a> Key<'a> {
    /// The key of a COSE map.
    pub(super) fn of_cose(map: &Value<'a>) -> Option<Self> {
        let number = |key| map.get(&Value::Number(key)).and_then(Value::number);
        let bytes = |key| map.get(&Value::Number(key)).and_then(Value::bytes);
        let coordinate = |key| bytes(key).filter(|bytes| bytes.len() == 32);
        match (number(1)?, number(3)?) {
            (2, ES256) if number(-1) == Some(1) => {
                let mut point = [4; 65];
                let (x, y) = (coordinate(-2)?, coordinate(-3)?);
                for (to, from) in point.iter_mut().skip(1).zip(x.iter().chain(y)) {
                    *to = *from;
                }
                Some(Self::P256(point))
            }
            (1, ED_DSA) if number(-1) == Some(6) => Some(Self::Ed25519(coordinate(-2)?)),
            (3, RS256) => {
                let n = bytes(-1).filter(|n| MODULUS_BYTES.contains(&n.len()))?;
                let e = bytes(-2).filter(|e| e.len() <= EXPONENT_BYTES_MAX)?;
                Some(Self::Rsa { n, e })
            }
            _ => None,
        }
    }

    /// Whether `signature` is this key's over `message`.
    pub(super) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match self {
            Self::P256(point) => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Self::Ed25519(point) => {
                UnparsedPublicKey::new(&signature::ED25519, point).verify(message, signature)
            }
            Self::Rsa { n, e } => RsaPublicKeyComponents { n, e }.verify(
                &signature::RSA_PKCS1_2048_8192_SHA256,
                message,
                signature,
            ),
        };
        verified.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A modulus of 2048 bits, and what its key signed; the key itself was thrown away.
    const N: &str = "d91b34d98e73ff4d0551fc6d91e556696e075b376538dc5debcb8f2457bc9d19629f44e796f4841b6f644eba090ba20b\
        2f599b91c6f5d6ef6ea67fb62cfa1775b9e4bfc44242e641feb1717277d1fb58b697943e9cb033e296edc353f27980c8\
        efe13b24b44a5299f2e71fd43cb10c7b992c4a59e231a3702c0caa5a416c4364a2b75fe8ca7e30e061d349a0cd93a500\
        536752aa4549b364b1041b2d80a4d3de21ae2ebfb8ada34e89a2c75033d94dbc67108e37c0ea6a73f4ba7ae4b63a1b60\
        cb54230751c4eb9f6a5c5032390ede95c7e25d10e3f9adf8bcf2b21e8e25762d4f294d2675a7c71beb179bef4b82c6cf\
        6fa0ff6585a28ebb28ece8f7e07b620d";
    const MESSAGE: &[u8] = b"signed by an older TPM";
    const SIGNATURE: &str = "c5c9fcc4c690c04cf78e6854b499bfdddc30e72253425a3a3b5fbf4742ab167e6ee4379adce82b1ce247d6ad4bdbe09d\
        cb4f8c98729784486b862b35c0c7233d9e7aa7ed3ddc557b554aeb1cd31636f7fbdd0f1118b405b528e12c7a42a60078\
        4ce46e2daaedafe659deb7647a250bad2dd66725d5dbde1652318fea35c499fe9371edcfeb812848f14bc4c5c08d885d\
        ba006ad9aceaeeceec0787c8fc6d33fffca02e4207c0ef2329d87068a490d01dcce7338bcb91ff79825f6f52f98d3baa\
        31f983ba68134633c51be3ee120c0db81c050d9a508215817cfe7e37e883ea6a46bc3c97b945672bbd354e0c330e06df\
        c18dd5c2ae481fd00a7cdafa7a6eb5d4";

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    fn rsa<'a>(n: &'a [u8], e: &'a [u8]) -> Value<'a> {
        let entry = |key, value| (Value::Number(key), value);
        Value::Map(vec![
            entry(1, Value::Number(3)),
            entry(3, Value::Number(RS256)),
            entry(-1, Value::Bytes(n)),
            entry(-2, Value::Bytes(e)),
        ])
    }

    #[test]
    fn rsa_signatures_are_verified() {
        let (n, signature) = (bytes(N), bytes(SIGNATURE));
        let map = rsa(&n, &[1, 0, 1]);
        let key = Key::of_cose(&map).unwrap();
        assert!(key.verify(MESSAGE, &signature));
        assert!(!key.verify(b"signed by an older TPN", &signature));
        let mut wrong = signature.clone();
        wrong[255] ^= 1;
        assert!(
            !key.verify(MESSAGE, &wrong)
                && !key.verify(MESSAGE, &[])
                && !key.verify(MESSAGE, &signature[1..])
        );
    }

    #[test]
    fn keys_that_are_none_are_refused_or_verify_nothing() {
        let n = bytes(N);
        assert_eq!(Key::of_cose(&rsa(&n[..128], &[1, 0, 1])), None, "too short");
        assert_eq!(Key::of_cose(&rsa(&n, &[1, 0, 0, 0, 1])), None, "an exponent that costs");
        for key in [
            Key::P256([4; 65]),
            Key::Ed25519(&[0xff; 32]),
            Key::Ed25519(&[]),
            Key::Rsa { n: &[0; 256], e: &[0] },
            Key::Rsa { n: &n, e: &[] },
        ] {
            assert!(!key.verify(MESSAGE, &bytes(SIGNATURE)), "{key:?}");
        }
    }
}
