//! A push as a check.

use doorward_contract::VendorError;
use doorward_contract::http::Ask;
use doorward_duo::PushState;
use http::Method;
use secrecy::ExposeSecret;
use serde_json::json;

use crate::stand::Stand;

#[tokio::test]
async fn every_answer_to_a_push_is_told_apart_and_one_is_a_proof() {
    let stand = Stand::usual().await;
    let table = [
        ("approve", PushState::Approved),
        ("deny", PushState::Denied),
        ("timeout", PushState::TimedOut),
        ("fraud", PushState::Fraud),
        ("locked_out", PushState::LockedOut),
        // Duo says allow here too.
        ("bypass", PushState::Unasked),
    ];
    for (answer, wanted) in table {
        let account = stand.fresh().await;
        let push = stand.duo.push(&account.id, None).await.unwrap();
        assert_eq!(stand.duo.push_state(&push.txid).await.unwrap(), PushState::Waiting);
        assert!(stand.fake.answer_push(&push.txid, answer));
        assert_eq!(stand.duo.push_state(&push.txid).await.unwrap(), wanted, "{answer}");
    }
}

#[tokio::test]
async fn a_policy_of_verified_pushes_is_followed() {
    let stand = Stand::of(|world| world.verified_push = true, |_| {}).await;
    let account = stand.fresh().await;
    let push = stand.duo.push(&account.id, "192.0.2.10".parse().ok()).await.unwrap();
    assert_eq!(push.code.unwrap().expose_secret().len(), 6);
    let asked = stand.fake.fake().asked();
    let preauth = asked.iter().find(|asked| asked.path.ends_with("/preauth")).unwrap();
    assert_eq!(preauth.body["client_supports_verified_push"], "1");
    assert_eq!(preauth.body["ipaddr"], "192.0.2.10");
    let auth = asked.iter().find(|asked| asked.path.ends_with("/auth")).unwrap();
    assert_eq!(auth.body["txid"], json!(push.txid));
}

#[tokio::test]
async fn who_cannot_be_asked_is_told_and_not_asked() {
    let stand = Stand::usual().await;
    let table = [
        ("active", true, false, "none of its devices"),
        ("active", false, true, "no device"),
        ("bypass", true, true, "unasked"),
        ("locked out", true, true, "denies"),
        ("disabled", true, true, "denies"),
    ];
    for (status, devices, activated, wanted) in table {
        let account = stand
            .fresh_with(|person| {
                person.status = status.into();
                person.devices[0].activated = activated;
                if !devices {
                    person.devices.clear();
                }
            })
            .await;
        let error = stand.duo.push(&account.id, None).await.unwrap_err();
        assert!(
            matches!(&error, VendorError::Unfit { why } if why.contains(wanted)),
            "{status}: {error:?}"
        );
        assert!(stand.fake.pushes().is_empty());
    }
}

#[tokio::test]
async fn a_push_that_is_nobodys_is_missing() {
    let stand = Stand::usual().await;
    for txid in [
        "",
        "..",
        "a/b",
        "a&txid=b",
        "0f1d2c3b-0000-4000-8000-000000000001",
        &"a".repeat(65),
    ] {
        let state = stand.duo.push_state(txid).await;
        assert!(matches!(state, Err(VendorError::Missing { .. })), "{txid}: {state:?}");
    }
}

#[tokio::test]
async fn without_an_auth_api_application_there_is_no_push() {
    let stand = Stand::of(|_| {}, |settings| settings.auth = None).await;
    let account = stand.fresh().await;
    assert!(matches!(
        stand.duo.push(&account.id, None).await,
        Err(VendorError::Refused { .. })
    ));
    assert!(matches!(
        stand.duo.push_state("abc").await,
        Err(VendorError::Refused { .. })
    ));
}

/// What is on somebody's phone, or what pressing there answers.
async fn phone(stand: &Stand, user: &str, pressed: Option<&[(&str, &str)]>) -> String {
    let url = stand.base.join(&format!("phone/{user}")).unwrap();
    let ask = match pressed {
        None => Ask::get(url),
        Some(fields) => {
            let kind = "application/x-www-form-urlencoded";
            let form = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(fields)
                .finish();
            let mut ask = Ask::write(Method::POST, url).header(http::header::CONTENT_TYPE, kind);
            ask.body = Some(form.into_bytes());
            ask
        }
    };
    String::from_utf8(stand.http.send(ask).await.unwrap().body).unwrap()
}

#[tokio::test]
async fn the_phones_owner_answers_on_the_phone_and_nobody_elses_phone_asks() {
    let stand = Stand::usual().await;
    let (account, other) = (stand.fresh().await, stand.fresh().await);
    for (button, wanted) in [
        ("approve", PushState::Approved),
        ("deny", PushState::Denied),
        ("fraud", PushState::Fraud),
    ] {
        let push = stand.duo.push(&account.id, "192.0.2.10".parse().ok()).await.unwrap();
        let screen = phone(&stand, &account.id.0, None).await;
        assert!(
            screen.contains("Account recovery") && screen.contains("192.0.2.10"),
            "{screen}"
        );
        assert!(phone(&stand, &other.id.0, None).await.contains("No login requests"));
        let pressed = [("txid", push.txid.as_str()), ("answer", button)];
        // Another's phone answers nothing.
        phone(&stand, &other.id.0, Some(&pressed)).await;
        assert_eq!(stand.duo.push_state(&push.txid).await.unwrap(), PushState::Waiting);
        phone(&stand, &account.id.0, Some(&pressed)).await;
        assert_eq!(stand.duo.push_state(&push.txid).await.unwrap(), wanted);
    }
    stand.duo.push(&account.id, None).await.unwrap();
    stand.clock.forward(std::time::Duration::from_secs(60));
    assert!(phone(&stand, &account.id.0, None).await.contains("No login requests"));
}

#[tokio::test]
async fn a_verified_push_is_approved_with_its_number_only() {
    let stand = Stand::of(|world| world.verified_push = true, |_| {}).await;
    let account = stand.fresh().await;
    let push = stand.duo.push(&account.id, None).await.unwrap();
    let number = push.code.unwrap().expose_secret().to_owned();
    assert!(!phone(&stand, &account.id.0, None).await.contains(&number));
    for (code, wanted) in [
        ("", PushState::Waiting),
        ("no", PushState::Waiting),
        (number.as_str(), PushState::Approved),
    ] {
        let pressed = [("txid", push.txid.as_str()), ("answer", "approve"), ("code", code)];
        phone(&stand, &account.id.0, Some(&pressed)).await;
        assert_eq!(stand.duo.push_state(&push.txid).await.unwrap(), wanted, "{code:?}");
    }
}
