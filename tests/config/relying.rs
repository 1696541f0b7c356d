//! Relying parties: each fault alone, as an operator reads it.

use std::fmt::Write;

use super::Folder;

const GOOD: &str = include_str!("../../config/examples/relying-parties.toml");

const PLAN: &str = "\n[[purpose.plan]]\nconnector = \"entra\"\naction = \"revoke_sessions\"\n";

/// The example with one text changed.
fn told(from: &str, to: &str) -> String {
    let changed = GOOD.replacen(from, to, 1);
    assert_ne!(changed, GOOD, "{from} is not there");
    Folder::new().told(&changed)
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn relying_party_faults() {
    let secrets = "secrets = [{ file = \"/etc/doorward/intranet.secret\" }]";
    let redirect = "redirect_uris = [\"https://intranet.example.com/callback\"]";
    let cases = [
        ("a client of no source", told("source = \"sso\"", "source = \"soo\"")),
        (
            "a client of the wrong source",
            told("source = \"sso\"", "source = \"okta\""),
        ),
        ("no secret", told(secrets, "")),
        (
            "a secret that is never sent",
            told(secrets, &format!("{secrets}\nauth = \"none\"")),
        ),
        ("no keys", told(secrets, "auth = \"private_key_jwt\"")),
        ("nowhere to answer", told(redirect, "")),
        (
            "an address that runs",
            told(redirect, "redirect_uris = [\"javascript:alert(1)\"]"),
        ),
        (
            "an address without TLS",
            told(redirect, "redirect_uris = [\"http://intranet.example.com/\"]"),
        ),
        (
            "an address with a fragment",
            told(redirect, "redirect_uris = [\"https://a.example.com/#x\"]"),
        ),
        (
            "a scheme of anybody's",
            told(redirect, "redirect_uris = [\"myapp:/cb\"]"),
        ),
        (
            "FAPI with a secret",
            told(redirect, &format!("{redirect}\nprofile = \"fapi2\"")),
        ),
        (
            "an earlier proof for Okta",
            told(
                redirect,
                &format!("{redirect}\nprofile = \"okta_authenticator\"\nsession = \"1h\""),
            ),
        ),
        (
            "one id twice",
            told(redirect, &format!("{redirect}\nclient_id = \"okta\"")),
        ),
        (
            "a plan for somebody who acts themselves",
            Folder::new().told(&format!("{GOOD}{PLAN}")),
        ),
        (
            "Okta with a directory",
            told("match = \"okta\"", "match = \"okta\"\ndirectory = \"entra\""),
        ),
        (
            "Okta's preset elsewhere",
            told("sources = [\"sso\"]", "sources = [\"sso\"]\nmatch = \"okta\""),
        ),
        (
            "no directory",
            told("sources = [\"sso\"]\ndirectory = \"entra\"", "sources = [\"sso\"]"),
        ),
        (
            "two kinds in one purpose",
            told("sources = [\"sso\"]", "sources = [\"sso\", \"okta\"]"),
        ),
        (
            "a key that is used before it is known",
            told("[brand]", "[keys]\noverlap = \"1h\"\n\n[brand]"),
        ),
    ];
    let mut all = String::new();
    for (name, told) in cases {
        let _never = writeln!(all, "--- {name}\n{told}");
    }
    insta::assert_snapshot!(all);
}
