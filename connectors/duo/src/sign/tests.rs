//! The signing vectors: those of the vendor's own clients, and some computed with the routine that reproduces them.
//!
//! Taken from the tests of the official Python, Go, Java, Ruby and HMAC clients (August 2026). Versions 2 and 4 are not
//! sent any more; their vectors hold the lines that version 5 shares with them.

use super::*;

const SHA_1: hmac::Algorithm = hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY;
const SHA_512: hmac::Algorithm = hmac::HMAC_SHA512;
const NOBODY: [(&str, &str); 0] = [];

fn set_u() -> Vec<(&'static str, &'static str)> {
    vec![
        (
            "\u{469A}\u{287B}\u{35D0}\u{8EF3}\u{6727}\u{502A}\u{0810}\u{D091}\u{00C8}\u{C170}",
            "\u{0F45}\u{1A76}\u{341A}\u{654C}\u{C23F}\u{9B09}\u{ABE2}\u{8343}\u{1B27}\u{60D0}",
        ),
        (
            "\u{7449}\u{7E4B}\u{CCFB}\u{59FF}\u{FE5F}\u{83B7}\u{ADCC}\u{900C}\u{CFD1}\u{7813}",
            "\u{8DB7}\u{5022}\u{92D3}\u{42EF}\u{207D}\u{8730}\u{ACFE}\u{5617}\u{0946}\u{4E30}",
        ),
        (
            "\u{7470}\u{9314}\u{901C}\u{9EAE}\u{40D8}\u{4201}\u{82D8}\u{8C70}\u{1D31}\u{A042}",
            "\u{17D9}\u{0BA8}\u{9358}\u{AADF}\u{A42A}\u{48BE}\u{FB96}\u{6FE9}\u{B7FF}\u{32F3}",
        ),
        (
            "\u{C2C5}\u{2C1D}\u{2620}\u{3617}\u{96B3}\u{0046}\u{8605}\u{20E8}\u{AC21}\u{5934}",
            "\u{FBA9}\u{41AA}\u{BD83}\u{840B}\u{2615}\u{3E6E}\u{652D}\u{A8B5}\u{D56B}\u{0055}",
        ),
    ]
}

const SET_U: &str = "%E4%9A%9A%E2%A1%BB%E3%97%90%E8%BB%B3%E6%9C%A7%E5%80%AA%E0%A0%90%ED%82%91%C3%88%EC%85%B0=%E0%BD%85%E1%A9%B6%E3%90%9A%E6%95%8C%EC%88%BF%E9%AC%89%EA%AF%A2%E8%8D%83%E1%AC%A7%E6%83%90&%E7%91%89%E7%B9%8B%EC%B3%BB%E5%A7%BF%EF%B9%9F%E8%8E%B7%EA%B7%8C%E9%80%8C%EC%BF%91%E7%A0%93=%E8%B6%B7%E5%80%A2%E9%8B%93%E4%8B%AF%E2%81%BD%E8%9C%B0%EA%B3%BE%E5%98%97%E0%A5%86%E4%B8%B0&%E7%91%B0%E9%8C%94%E9%80%9C%E9%BA%AE%E4%83%98%E4%88%81%E8%8B%98%E8%B1%B0%E1%B4%B1%EA%81%82=%E1%9F%99%E0%AE%A8%E9%8D%98%EA%AB%9F%EA%90%AA%E4%A2%BE%EF%AE%96%E6%BF%A9%EB%9F%BF%E3%8B%B3&%EC%8B%85%E2%B0%9D%E2%98%A0%E3%98%97%E9%9A%B3F%E8%98%85%E2%83%A8%EA%B0%A1%E5%A4%B4=%EF%AE%A9%E4%86%AA%EB%B6%83%E8%90%8B%E2%98%95%E3%B9%AE%E6%94%AD%EA%A2%B5%ED%95%ABU";

fn parts<'a>(date: &'a str, method: &'a str, host: &'a str, path: &'a str, params: &'a str) -> Parts<'a> {
    Parts {
        date,
        method,
        host,
        path,
        params,
        body: b"",
        headers: &[],
    }
}

fn signed(algorithm: hmac::Algorithm, secret: &str, canonical: &str) -> String {
    let key = hmac::Key::new(algorithm, secret.as_bytes());
    hex(hmac::sign(&key, canonical.as_bytes()).as_ref())
}

/// The signature inside the header that is really sent.
fn sent(parts: &Parts<'_>, integration: &str, secret: &str) -> String {
    let keys = Keys {
        integration: integration.into(),
        secret: secret.into(),
    };
    let header = parts.authorization(&keys);
    let plain = STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
    let plain = String::from_utf8(plain).unwrap();
    plain.strip_prefix(&format!("{integration}:")).unwrap().to_owned()
}

#[test]
fn parameters_are_encoded_and_sorted_as_the_vendor_does() {
    let table: [(&[(&str, &str)], &str); 9] = [
        (&NOBODY, ""),
        (&[("realname", "First Last")], "realname=First%20Last"),
        (
            &[("username", "root"), ("realname", "First Last")],
            "realname=First%20Last&username=root",
        ),
        (
            &[("words", "First Last"), ("success", "true"), ("digit", "5")],
            "digit=5&success=true&words=First%20Last",
        ),
        (
            &[("words", "First Last"), ("success", "false"), ("digit", "5")],
            "digit=5&success=false&words=First%20Last",
        ),
        (&[("foo_bar", "2"), ("foo", "1")], "foo=1&foo_bar=2"),
        (
            &[("realname", "First"), ("realname", "Last"), ("something", "test")],
            "realname=First&realname=Last&something=test",
        ),
        (
            &[("username", "H ell?o"), ("password", "H-._~i"), ("password", "A(!'*)")],
            "password=A%28%21%27%2A%29&password=H-._~i&username=H%20ell%3Fo",
        ),
        (&[("whitespace", "\t\n\u{b}\u{c}\r ")], "whitespace=%09%0A%0B%0C%0D%20"),
    ];
    for (params, wanted) in table {
        assert_eq!(line(params), wanted);
    }
}

#[test]
fn punctuation_is_encoded_but_for_the_unreserved() {
    let all: String = (b'!'..=b'~').filter(u8::is_ascii_punctuation).map(char::from).collect();
    assert_eq!(all.len(), 32);
    assert_eq!(
        line(&[("punctuation", all)]),
        "punctuation=%21%22%23%24%25%26%27%28%29%2A%2B%2C-.%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E_%60%7B%7C%7D~"
    );
    let plain: String = ('0'..='9').chain('A'..='Z').chain('a'..='z').collect();
    assert_eq!(encoded(&plain), plain);
}

#[test]
fn every_script_is_encoded_as_utf_8() {
    let values = [
        (
            "bar",
            "\u{2815}\u{AAA3}\u{37CF}\u{4BB7}\u{36E9}\u{CC05}\u{668E}\u{8162}\u{C2BD}\u{A1F1}",
        ),
        (
            "baz",
            "\u{0DF3}\u{84BD}\u{5669}\u{9985}\u{B8A4}\u{AC3A}\u{7BE7}\u{6F69}\u{934A}\u{B91C}",
        ),
        (
            "foo",
            "\u{D4CE}\u{D6D6}\u{7938}\u{50C0}\u{8A20}\u{8F15}\u{FD0B}\u{8024}\u{5CB3}\u{C655}",
        ),
        (
            "qux",
            "\u{8B97}\u{C846}\u{002D}\u{828E}\u{831A}\u{CCCA}\u{A2D4}\u{8C3E}\u{B8B2}\u{99BE}",
        ),
    ];
    assert_eq!(
        line(&values),
        "bar=%E2%A0%95%EA%AA%A3%E3%9F%8F%E4%AE%B7%E3%9B%A9%EC%B0%85%E6%9A%8E%E8%85%A2%EC%8A%BD%EA%87%B1&baz=%E0%B7%B3%E8%92%BD%E5%99%A9%E9%A6%85%EB%A2%A4%EA%B0%BA%E7%AF%A7%E6%BD%A9%E9%8D%8A%EB%A4%9C&foo=%ED%93%8E%ED%9B%96%E7%A4%B8%E5%83%80%E8%A8%A0%E8%BC%95%EF%B4%8B%E8%80%A4%E5%B2%B3%EC%99%95&qux=%E8%AE%97%EC%A1%86-%E8%8A%8E%E8%8C%9A%EC%B3%8A%EA%8B%94%E8%B0%BE%EB%A2%B2%E9%A6%BE"
    );
    assert_eq!(line(&set_u()), SET_U);
}

#[test]
fn request_a_is_signed_as_the_official_clients_sign_it() {
    let request = parts(
        "Fri, 07 Dec 2012 17:18:00 -0000",
        "PoSt",
        "foO.BAr52.cOm",
        "/Foo/BaR2/qux",
        SET_U,
    );
    let lines = request.request_lines();
    let start = "Fri, 07 Dec 2012 17:18:00 -0000\nPOST\nfoo.bar52.com\n/Foo/BaR2/qux\n";
    assert_eq!(lines, format!("{start}{SET_U}"));
    let secret = "gtdfxv9YgVBYcF6dl2Eq17KUQJN2PLM2ODVTkvoT";
    assert_eq!(
        signed(SHA_1, secret, &lines),
        "f01811cbbf9561623ab45b893096267fd46a5178"
    );
    assert_eq!(
        signed(SHA_512, secret, &lines),
        "0508065035a03b2a1de2f453e629e791d180329e157f65df6b3e0f08299d4321e1c5c7a7c7ee6b9e5fc80d1fb6fbf3ad5eb7c44dd3b3985a02c37aca53ec3698"
    );
    assert_eq!(
        sent(&request, "test_ikey", secret),
        "de886475f5ee8cf32872a7c10869e4dce7a0038f8b0da01d903469c6240473dfd1abf98b40b34b9ad7fbc99d5df3f2279e7105fd9101c428b94faaeec5e179cf"
    );
}

#[test]
fn request_b_is_signed_as_the_official_clients_sign_it() {
    let (integration, secret) = ("DIWJ8X6AEYOR5OMC6TQ1", "Zh5eGmUq9zpfQnyUIu5OL9iWoMMv5ZNmk3zLJ4Ep");
    let params = line(&[("realname", "First Last"), ("username", "root")]);
    let request = parts(
        "Tue, 21 Aug 2012 17:29:18 -0000",
        "POST",
        "api-XXXXXXXX.duosecurity.com",
        "/accounts/v1/account/list",
        &params,
    );
    let lines = request.request_lines();
    let first = signed(SHA_1, secret, &lines);
    assert_eq!(first, "2d97d6166319781b5a3a07af39d366f491234edc");
    assert_eq!(
        basic(integration, &first),
        "Basic RElXSjhYNkFFWU9SNU9NQzZUUTE6MmQ5N2Q2MTY2MzE5NzgxYjVhM2EwN2FmMzlkMzY2ZjQ5MTIzNGVkYw=="
    );
    assert_eq!(
        signed(SHA_512, secret, &lines),
        "1bffb8924348f7db7da9e7d7d749ded93aafd02d8e904960da7b96c57510220185a64a2827ee8f24ac5d30802a9ee97e59de44b304b18242f0d596d15a8122af"
    );
    let params = line(&[("realname", "First Last")]);
    let request = Parts {
        params: &params,
        body: br#"{"txid":"f22b1678-252a-4070-b176-0ca2be7319fd"}"#,
        ..request
    };
    assert_eq!(
        sent(&request, integration, secret),
        "78f4327f831173cc78d0907e913e3c5a28fe72dd4545a342586bb67181f2ba393d20911e870362f6faba3dc6f7e9db5e93aed2f3bfc110c6dadaff4dc6179e0b"
    );
}

#[test]
fn the_lines_of_request_c_are_those_of_the_official_client() {
    let params = line(&[("username", "H ell?o")]);
    let request = Parts {
        body: br#"{"activation_code":"duo://x1bTAIQGWXppdi2ctPVn-YXBpLWR1bzEuZHVvLnRlc3Q","user_id":"DU439XKOX2W6LMYHWLEV"}"#,
        ..parts(
            "Fri, 07 Dec 2012 17:18:00 -0000",
            "POST",
            "foo.example.com",
            "/Foo/BaR2/qux",
            &params,
        )
    };
    let wanted = [
        "Fri, 07 Dec 2012 17:18:00 -0000",
        "POST",
        "foo.example.com",
        "/Foo/BaR2/qux",
        "username=H%20ell%3Fo",
        "9ddab7d898836a76fafbb0dcef7bc83f14036b39bbb1ebbe43044f7c76338fa699eba8f0d3ecb329a084f32ef23c8a1609efad25032923b651e6f3f6d2f7b773",
        EMPTY,
    ];
    assert_eq!(request.canonical(), wanted.join("\n"));
}

const ROW_4: &str = r#"{"alpha":["a","b","c","d"],"data":"abc123","info":{"another":2,"test":1}}"#;
const EMPTY: &str = "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e";
const ROW_4_HASH: &str = "c30ca4ffc7fe4272aa6ae7a3c94cf71c11ed8ae7aaa32e81a401a59f1cef0866ccb02304380cdc48a813b1566c457653fa62736022f0cfeadcec8cd7c6233480";

#[test]
fn the_lines_of_request_d_are_those_of_the_official_client() {
    let request = Parts {
        body: ROW_4.as_bytes(),
        headers: &[("X-Duo-Header-1", "header_value_1")],
        ..parts(
            "Tue, 17 Nov 2020 14:12:00",
            "POST",
            "foO.BaR52.cOm",
            "/Foo/BaR2/qux",
            "",
        )
    };
    let wanted = [
        "Tue, 17 Nov 2020 14:12:00",
        "POST",
        "foo.bar52.com",
        "/Foo/BaR2/qux",
        "",
        ROW_4_HASH,
        "630b4bfe7e9abd03da2eee8f0a5d4e60a254ec880a839bcc2223bb5b9443e8ef24d58f0254f1f5934bf8c017ebd0fd5b1acf86766bdbe74185e712a4092df3ed",
    ];
    assert_eq!(request.canonical(), wanted.join("\n"));

    // Version 4 ends after the body.
    let request = Parts {
        date: "Tue, 04 Jul 2017 14:12:00",
        ..request
    };
    let version_4 = format!("{}\n{}", request.request_lines(), hash(request.body));
    let wanted = format!("Tue, 04 Jul 2017 14:12:00\nPOST\nfoo.bar52.com\n/Foo/BaR2/qux\n\n{ROW_4_HASH}");
    assert_eq!(version_4, wanted);
}

#[test]
fn requests_e_to_h_are_signed_as_computed() {
    let (integration, secret) = ("DIXXXXXXXXXXXXXXXXXX", "deadbeef".repeat(5));
    let date = "Wed, 01 Jan 2025 00:00:00 -0000";
    let host = "api-xxxxxxxx.duosecurity.com";
    let codes = "/admin/v1/users/DUXXXXXXXXXXXXXXXXXX/bypass_codes";

    let params = line(&[("username", "alice@example.com")]);
    let read = parts(date, "GET", host, "/admin/v1/users", &params);
    assert_eq!(
        sent(&read, integration, &secret),
        "da71bcbfd6a482991a3a1bbc4b7f0cab0c11b640ebf31e3e05916fe3f4554a85abdf7a70c74960ce0139bb5fc8ef352394f5eaa5d5e1feb86d82342e4ffdcffb"
    );

    let body = br#"{"count":"1","preserve_existing":true,"reuse_count":"1","valid_secs":"3600"}"#;
    assert_eq!(
        hash(body),
        "fc6752e8db016e883c32c8ca87b4e0f87ae9ea4e73896688696269506f4b5fadf7196729166329fb4a78c465d4c9769cde94286a5fcf567f9e8fd8f9ac334534"
    );
    let issue = Parts {
        body,
        ..parts(date, "POST", host, codes, "")
    };
    assert_eq!(
        sent(&issue, integration, &secret),
        "550f9622bc866703eb63a7a7fb1f13504068288f76493222cef1da15ac854ea9909023e6257b19d076f162922dc206e89e1579080e3577e63c3aca7bfcba5de5"
    );

    let delete = parts(date, "DELETE", host, "/admin/v1/bypass_codes/DBXXXXXXXXXXXXXXXXXX", "");
    assert_eq!(
        sent(&delete, integration, &secret),
        "b7f870a245a71a67101caf35c818629f0c82750c0fac7b9680e8a8230f27a692b26a6293d279131d0a90c867b252bb0cf41b6ba47cbca908d666e2f41f691b54"
    );

    let params = line(&[
        ("count", "1"),
        ("preserve_existing", "true"),
        ("reuse_count", "1"),
        ("valid_secs", "3600"),
    ]);
    let form = parts(date, "POST", host, codes, &params).request_lines();
    assert_eq!(
        signed(SHA_1, &secret, &form),
        "bd9343268ea8fb3936109a046570e4a1a5e8b357"
    );
    assert_eq!(
        signed(SHA_512, &secret, &form),
        "f7628f1f35aaa19733bf17642b6cd28f4c97c8609dd8aebf38111f0deac44b8e93557f0dec89440421e66d45e90b2e4f87d28447cd126ec4c55b2976c0cc8e5f"
    );
}

#[test]
fn bodies_have_the_hashes_of_the_official_clients() {
    let entries: Vec<String> = {
        let mut set = set_u();
        set.sort_unstable();
        set.iter()
            .map(|(key, value)| format!("\"{key}\":\"{value}\""))
            .collect()
    };
    let set_u = format!("{{{}}}", entries.join(","));
    let table = [
        ("", EMPTY),
        (
            "{}",
            "27c74670adb75075fad058d5ceaf7b20c4e7786c83bae8a32f626f9782af34c9a33c2046ef60fd2a7878d378e29fec851806bbd9a67878f3a9f1cda4830763fd",
        ),
        (
            r#"{"limit":10,"offset":2}"#,
            "66fabab062974c3dd3f4d27284e41bf8121d71c0e63e95631992062ef5d1a4058403af3482c8c32ae63cd724cbf0aa793a931ef273539ef6f3745751c22f25f6",
        ),
        (ROW_4, ROW_4_HASH),
        (
            "I am an ascii string",
            "c1710f1224e4973bfbb9ca1a297e63756a4b1736ebd1b646ba3d63a392b73d24a52ac8b4afb6eafca6dfe91f09e2e75117c377398a7d2f22136b05c038b94151",
        ),
        (
            "\u{EE} \u{2764} \u{1EF1}\u{1E49}\u{1ECB}\u{297}\u{1A0}\u{394}\u{464}",
            "b713c8cc2bfe672cf55133d81ca6fa802628c7c8968d444c186434146bcd0275a510d3fd725b0a8132882c4a60d8457420f252f84e4edd00fcf12aa7c4eb2246",
        ),
        (
            set_u.as_str(),
            "069842dc1b1158ce098fb8cbabf4695fe5b6dbbe0189293c45253b80522d6c56aaed43cfeeb541222d5a34d56f57e2b420b70856d1f09ba346418e7a5bca6397",
        ),
    ];
    for (body, wanted) in table {
        assert_eq!(hash(body.as_bytes()), wanted, "{body}");
    }
}

#[test]
fn vendor_headers_have_the_hashes_of_the_official_clients() {
    let hashed = |headers: &[(&str, &str)]| hash(&headers_line(headers));
    assert_eq!(
        hashed(&[("X-Duo-Header-1", "header_value_1")]),
        "630b4bfe7e9abd03da2eee8f0a5d4e60a254ec880a839bcc2223bb5b9443e8ef24d58f0254f1f5934bf8c017ebd0fd5b1acf86766bdbe74185e712a4092df3ed"
    );
    let two = [("X-Duo-B", "header_value_2"), ("x-duo-A", "header_value_1")];
    assert_eq!(
        hashed(&two),
        "60be11a30e0756f2ee2afdce1db849b987dcf86c1133394bd7bbbc9877920330c4d78aceacbb377ab8cbd9a8efe6a410fed4047376635ac71226ab46ca10d2b1"
    );
    assert_eq!(hashed(&NOBODY), EMPTY);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_date_among_the_vendor_headers_is_signed_with_them() {
    let secret = "test".repeat(10);
    let date = "Fri, 24 May 2024 12:00:00 -0000";
    let plain: &[(&str, &str)] = &[("x-duo-date", date)];
    let more: &[(&str, &str)] = &[
        ("x-duo-date", date),
        ("x-duo-foo", "bar"),
        ("x-duo-bar", "foo"),
        ("non-duo-bar", "foo"),
    ];
    let three = line(&[("foo", "bar"), ("one", "1"), ("bool", "true")]);
    let posted = r#"{"bool":"true","foo":"bar","one":"1"}"#;
    let table = [
        (
            "GET",
            "",
            "",
            plain,
            "c454639d75b4e3d99b8b1d5e41cd7bb2d2d8ba55f6811f786dfb0edd4facd2f3a5e6d6c837f31f6826706325b4ed7dcdc5f11164948e57a7032a524990e01583",
        ),
        (
            "POST",
            "",
            "{}",
            plain,
            "12a05d783b2e58e36f37df8a6907835496fbe20fb3d04b15036c82b1694fc58d1c0451b937fb9ba6e7c2b44d89b473af708166183d216aea13e52742a57f239f",
        ),
        (
            "GET",
            "foo=bar",
            "",
            plain,
            "88fe80f3b242b992f4b301408d524a886274d3ed0c4c7bd184e1b4ff378e68ea05d9433c09938078c49517a6c4264c950be9ff5cc28ad2d448cea24bc93887ca",
        ),
        (
            "POST",
            "",
            r#"{"foo":"bar"}"#,
            plain,
            "643770af31006c584a758d926250e46a90d79100d21f7a0313c3e77d64fa3c5d2c94e2c9081a2b65343cc3d5f2ed21f7300ea50b00640cb1760f323192307d37",
        ),
        (
            "GET",
            three.as_str(),
            "",
            more,
            "d46556726800415dc78cefc3fb4e11dcf3ee1342904f276ed5c8e3427878bd5376ea6c5551b90bf707fab53f6f1d20a114898898705d28268824edd0be5f1d53",
        ),
        (
            "POST",
            "",
            posted,
            more,
            "def7b7359b0399543b61d3d1a4252c1908eb486039168aa7d1c93545f052e121062e4d0d3cae80f0f125dc497c43c53b62c9db58cacd21394a3b17ad972e3793",
        ),
        (
            "POST",
            "",
            posted,
            plain,
            "68cab6a42be216a0e055772ed8d8870b383fc986ee4bd7b9234689e239be677c8edf61e33eaddd83e2b9414c98ff30bfca0bf2e1f44831074f5c474bf4af9fd7",
        ),
    ];
    for (method, params, body, headers, wanted) in table {
        let request = Parts {
            body: body.as_bytes(),
            headers,
            ..parts(date, method, "api-xxxxxxxx.duosecurity.com", "/api/path", params)
        };
        assert_eq!(
            sent(&request, "DIABCDEFGHIJKLMNOPQR", &secret),
            wanted,
            "{method} {params} {body}"
        );
    }
}

#[test]
fn a_date_is_written_as_the_mail_standard_has_it() {
    assert_eq!(
        date(Timestamp::from_seconds(1_735_689_600)),
        "Wed, 01 Jan 2025 00:00:00 -0000"
    );
    assert_eq!(
        date(Timestamp::from_seconds(1_345_570_158)),
        "Tue, 21 Aug 2012 17:29:18 -0000"
    );
}
