//! ID tokens as a relying party believes them: with a library not written here, by the published keys (OpenID Connect Core
//! §3.1.3.7).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use doorward_contract::Clock;
use openidconnect::core::{CoreIdToken, CoreIdTokenVerifier, CoreJsonWebKeySet};
use openidconnect::{AccessToken, AccessTokenHash, ClientId, IssuerUrl, Nonce};
use serde_json::{Value, json};

use super::caller::{As, redemption};
use super::{Bench, ISSUER, MARIA, NOW, on_both, request};

on_both! {
    an_id_token_is_believed_by_a_library_that_others_wrote
    an_id_token_says_what_it_should_and_no_more
    a_subject_is_the_same_for_all_or_another_for_each_sector
}

/// The claims of a token, unproven.
pub(super) fn read(token: &str) -> Value {
    part(token, 1)
}

fn part(token: &str, number: usize) -> Value {
    let part = token.split('.').nth(number).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

impl Bench {
    /// The ID token and the access token that `vault` gets, who proves itself by a statement.
    async fn vaults(&self) -> (String, String) {
        let code = self.code(&request("vault", &["openid"])).await;
        let statement = self.keys.vault.statement("vault", ISSUER, self.now());
        let mut form = redemption(&As::Post("vault"), &code);
        form.extend([
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &statement),
        ]);
        let told = self.post("token", &As::Nobody, &form).await;
        (told.text_of("id_token"), told.text_of("access_token"))
    }
}

async fn an_id_token_is_believed_by_a_library_that_others_wrote(bench: Bench) {
    let published: CoreJsonWebKeySet = serde_json::from_str(&bench.get("/oauth2/jwks").await.text).unwrap();
    let mut tokens = vec![("PS256", "vault", bench.vaults().await)];
    for (alg, client) in [("RS256", "intranet"), ("ES256", "clinic")] {
        let told = bench.tokens(&As::Basic(client), &["openid"]).await;
        tokens.push((alg, client, (told.text_of("id_token"), told.text_of("access_token"))));
    }
    for (alg, client, (id_token, access_token)) in tokens {
        let header = part(&id_token, 0);
        assert_eq!((&header["alg"], &header["typ"]), (&json!(alg), &json!("JWT")));
        let now = bench.clock.now().to_chrono().unwrap();
        let id = ClientId::new(client.to_owned());
        let verifier =
            CoreIdTokenVerifier::new_public_client(id, IssuerUrl::new(ISSUER.to_owned()).unwrap(), published.clone())
                .set_allowed_algs([serde_json::from_value(json!(alg)).unwrap()])
                .set_time_fn(move || now);
        let token: CoreIdToken = serde_json::from_value(json!(id_token)).unwrap();
        let claims = token.claims(&verifier, &Nonce::new("n-0S6_WzA2Mj".to_owned())).unwrap();
        let own = AccessTokenHash::from_token(
            &AccessToken::new(access_token),
            token.signing_alg().unwrap(),
            token.signing_key(&verifier).unwrap(),
        );
        assert_eq!(claims.access_token_hash(), Some(&own.unwrap()), "{alg}");
        assert!(token.claims(&verifier, &Nonce::new("another".to_owned())).is_err());
    }
}

async fn an_id_token_says_what_it_should_and_no_more(bench: Bench) {
    bench.forward(Duration::from_secs(30));
    let told = bench.tokens(&As::Basic("intranet"), &["openid", "profile"]).await;
    let mut claims = read(&told.text_of("id_token"));
    assert!(claims["at_hash"].take().is_string());
    // The scope `profile` is told at userinfo (OpenID Connect Core §5.4).
    assert_eq!(
        claims,
        json!({
            "iss": ISSUER, "aud": "intranet", "sub": MARIA, "nonce": "n-0S6_WzA2Mj",
            "iat": NOW + 30, "exp": NOW + 330, "auth_time": NOW - 120,
            "acr": "verify", "amr": ["face"], "at_hash": null,
        })
    );
}

async fn a_subject_is_the_same_for_all_or_another_for_each_sector(bench: Bench) {
    let mut subjects = Vec::new();
    for client in ["intranet", "archive", "clinic", "clinic-pharmacy", "school"] {
        let told = bench.tokens(&As::Basic(client), &["openid"]).await;
        let subject = read(&told.text_of("id_token"))["sub"].clone();
        let access = told.text_of("access_token");
        assert_eq!(bench.userinfo(&access).await.json()["sub"], subject, "{client}");
        let said = bench
            .post("introspect", &As::Basic("archive"), &[("token", &access)])
            .await;
        assert_eq!(said.json()["sub"], subject, "{client}");
        subjects.push(subject);
    }
    let [intranet, archive, clinic, pharmacy, school] = &subjects[..] else {
        unreachable!()
    };
    assert_eq!((intranet, archive), (&json!(MARIA), &json!(MARIA)));
    assert_eq!(clinic, pharmacy);
    assert!(clinic != school && clinic != intranet && school != intranet);
    let again = bench.tokens(&As::Basic("school"), &["openid"]).await;
    assert_eq!(&read(&again.text_of("id_token"))["sub"], school);
}
