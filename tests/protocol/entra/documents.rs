//! What Entra reads: in one piece, its length said, by GET and by HEAD (entra.md §1.3).

use doorward::provider::keyring::KNOWN;
use reqwest::Method;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn discovery_and_keys_come_whole_with_their_length_and_agree() {
    let stage = Stage::new().await;
    let discovery = format!("{}/.well-known/openid-configuration", stage.issuer);
    let keys = format!("{}/keys", stage.issuer);
    for address in [&discovery, &keys] {
        let ask = |method| {
            stage
                .client
                .request(method, address)
                .header("accept-encoding", "gzip, br")
                .send()
        };
        let answer = ask(Method::GET).await.unwrap();
        assert_eq!(answer.status(), 200, "{address}");
        let headers = answer.headers().clone();
        assert_eq!(headers["content-type"], "application/json", "{address}");
        assert!(!headers.contains_key("content-encoding") && !headers.contains_key("transfer-encoding"));
        // No longer than a key replaced at once waits before it signs.
        let age = headers["cache-control"]
            .to_str()
            .unwrap()
            .split_once("max-age=")
            .unwrap()
            .1;
        assert!(Duration::from_secs(age.parse().unwrap()) < KNOWN, "{address}: {age}");
        let body = answer.bytes().await.unwrap();
        assert_eq!(headers["content-length"], body.len().to_string().as_str(), "{address}");
        let head = ask(Method::HEAD).await.unwrap();
        assert_eq!(head.status(), 200, "{address}");
        assert_eq!(head.headers()["content-length"], headers["content-length"], "{address}");
        assert!(head.bytes().await.unwrap().is_empty());
    }
    let read = async |address: &str| -> Value { stage.client.get(address).send().await.unwrap().json().await.unwrap() };
    let document = read(&discovery).await;
    assert_eq!(document["issuer"], stage.issuer.as_str());
    assert_eq!(document["jwks_uri"], keys.as_str());
    assert_eq!(
        document["authorization_endpoint"],
        format!("{}/authorize", stage.issuer)
    );
    let published = read(&keys).await;
    for key in published["keys"].as_array().unwrap() {
        assert_eq!((&key["kty"], &key["alg"]), (&json!("RSA"), &json!("RS256")));
        assert!(!key["x5c"][0].as_str().unwrap().is_empty());
    }
    assert!(!published["keys"].as_array().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_looks_whether_anybody_is_there_finds_a_page_and_a_name_that_is_none_finds_nothing() {
    let stage = Stage::new().await;
    let ask = async |method: Method, path: &str| {
        let address = format!("{}entra/{path}", stage.lab.sheet().doorward.address);
        stage.client.request(method, address).send().await.unwrap()
    };
    for method in [Method::GET, Method::HEAD] {
        let answer = ask(method.clone(), "mfa/authorize").await;
        assert_eq!(answer.status(), 200, "{method}");
        assert!(!answer.headers().contains_key("set-cookie"));
    }
    // A purpose, a connector and another source are no external methods.
    for name in ["entra", "portal", "mfa-check", "sso", "MFA", "..%2Fmfa"] {
        for path in [".well-known/openid-configuration", "keys", "authorize"] {
            let path = format!("{name}/{path}");
            assert_eq!(ask(Method::GET, &path).await.status(), 404, "{path}");
        }
        assert_eq!(ask(Method::POST, &format!("{name}/authorize")).await.status(), 404);
    }
    assert_eq!(ask(Method::PUT, "mfa/authorize").await.status(), 405);
}
