//! What the org sends: the pushed request and the browser's address, in the guide's form and in its older ones.

use doorward_contract::fake::Fake;
use doorward_lab::okta::{Auth, Body, Claim, Fault, Mapping, Operation, OrgOptions, STARTED, Shape, Status};
use serde_json::{Value, json};

use crate::vendor::SECRET;
use crate::{AMINA, Scene, TOMAS, follow};

#[tokio::test]
async fn the_pushed_request_has_what_the_guide_lists_and_nothing_else() {
    let scene = Scene::set().await;
    scene.org.begin(AMINA, Operation::Recover).await.unwrap();
    let (headers, members) = scene.vendor.pushed();
    assert_eq!(headers["content-type"], "application/x-www-form-urlencoded");
    assert!(!headers.contains_key("authorization"));
    let mut names: Vec<&str> = members.keys().map(String::as_str).collect();
    names.sort_unstable();
    let listed = [
        "claims",
        "client_id",
        "client_secret",
        "code_challenge",
        "code_challenge_method",
        "login_hint",
        "nonce",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    ];
    assert_eq!(names, listed);
    assert_eq!(members["response_type"], "code");
    assert_eq!(members["client_id"], "okta-acme");
    assert_eq!(members["client_secret"], SECRET);
    assert_eq!(members["code_challenge_method"], "S256");
    assert_eq!(members["scope"], "openid profile identity_assurance idv_flow_recovery");
    assert_eq!(members["login_hint"], "00uAminaOkonkwo00001");
    let callback = scene
        .org
        .world()
        .base
        .join("idp/identity-verification/callback")
        .unwrap();
    assert_eq!(members["redirect_uri"], callback.as_str());
    let state = members["state"].as_str().unwrap();
    assert_eq!(state.len(), 32);
    assert!(
        state
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    );
    let claims = members["claims"].as_str().unwrap();
    assert!(!claims.contains('\n'));
    let fuzzy = |value: &str| json!({ "value": value, "fuzzy": true });
    let expected = json!({ "id_token": { "verified_claims": [{
        "verification": {
            "trust_framework": { "value": "IDV-DELEGATED", "essential": true },
            "assurance_level": { "value": "VERIFIED", "essential": true },
        },
        "claims": {
            "given_name": fuzzy("Amina"), "family_name": fuzzy("Okonkwo"), "middle_name": fuzzy("Ruth"),
            "birthdate": fuzzy("1990-04-17"),
        },
    }]}});
    assert_eq!(serde_json::from_str::<Value>(claims).unwrap(), expected);
}

#[tokio::test]
async fn the_browser_brings_the_request_uri_and_nothing_else() {
    let scene = Scene::set().await;
    let there = scene.org.begin(AMINA, Operation::Recover).await.unwrap();
    assert_eq!(there.path(), "/oauth2/idv-authorize");
    let names: Vec<String> = there.query_pairs().map(|(name, _)| name.into_owned()).collect();
    assert_eq!(names, ["request_uri"]);

    let options = OrgOptions {
        client_id_on_authorize: true,
        ..OrgOptions::default()
    };
    scene.org.set_options(options);
    let there = scene.org.begin(AMINA, Operation::Recover).await.unwrap();
    follow(&there).await;
    let query = scene.vendor.query();
    assert_eq!(query[1], ("client_id".to_owned(), "okta-acme".to_owned()));
}

#[tokio::test]
async fn state_nonce_and_challenge_are_new_each_time() {
    let scene = Scene::set().await;
    scene.org.begin(AMINA, Operation::Recover).await.unwrap();
    let (_, first) = scene.vendor.pushed();
    scene.org.begin(AMINA, Operation::Recover).await.unwrap();
    let (_, second) = scene.vendor.pushed();
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(first[name], second[name], "{name}");
    }
}

#[tokio::test]
async fn a_custom_domain_is_what_the_person_comes_back_to() {
    let scene = Scene::set().await;
    let domain = scene.org.world().domains[0].clone();
    let state = scene.org.prompt(&domain, AMINA, Operation::Recover).unwrap();
    let there = scene.org.push(&state).await.unwrap();
    let (_, members) = scene.vendor.pushed();
    let callback = domain.join("idp/identity-verification/callback").unwrap();
    assert_eq!(members["redirect_uri"], callback.as_str());
    // The token request repeats it, or the vendor would refuse the code.
    assert!(scene.org.callback(&follow(&there).await).await.grant().is_some());
}

#[tokio::test]
async fn attributes_are_pushed_as_mapped() {
    let scene = Scene::set().await;
    scene.org.set_options(OrgOptions::default().everything());
    assert!(scene.recover().await.grant().is_some());
    let claims = pushed_claims(&scene);
    assert_eq!(claims["phone_number"]["value"], "+442079460000");
    assert_eq!(claims["email"]["value"], AMINA);
    assert_eq!(claims["address"]["street_address"]["value"], "1 Quay Street\nFlat 2");
    assert_eq!(claims["address"].as_object().unwrap().len(), 5);

    scene.org.set_options(OrgOptions::default().names_only());
    assert!(scene.recover().await.grant().is_some());
    let claims = pushed_claims(&scene);
    assert_eq!(claims.as_object().unwrap().len(), 2);
}

#[tokio::test]
async fn an_empty_attribute_is_left_out_unless_it_is_required() {
    let scene = Scene::set().await;
    scene.org.begin(TOMAS, Operation::Recover).await.unwrap();
    assert!(pushed_claims(&scene).get("birthdate").is_none());

    let mut options = OrgOptions::default();
    options.mapped.push(Mapping {
        claim: Claim::PhoneNumber,
        required: true,
    });
    scene.org.set_options(options);
    let pushes = scene.vendor.pushes();
    let fault = scene.org.begin(TOMAS, Operation::Recover).await.unwrap_err();
    assert_eq!(fault, Fault::ProfileLacks(Claim::PhoneNumber));
    assert_eq!(scene.last(), ("DENY".to_owned(), "MISSING_PHONENUMBER".to_owned()));
    assert_eq!(scene.vendor.pushes(), pushes, "the vendor sees nothing of it");
}

#[tokio::test]
async fn the_older_ways_of_the_guide_can_be_switched_on() {
    let scene = Scene::set().await;
    scene.org.set_options(OrgOptions {
        body: Body::Json,
        auth: Auth::Basic,
        shape: Shape::OldGuide,
        trust_framework_of_prose: true,
        ..OrgOptions::default()
    });
    let there = scene.org.begin(AMINA, Operation::Recover).await.unwrap();
    let (headers, members) = scene.vendor.pushed();
    assert_eq!(headers["content-type"], "application/json");
    assert!(members.get("client_secret").is_none());
    assert_eq!(members["basic_secret"], SECRET);
    let asked = &members["claims"]["id_token"]["verified_claims"][0];
    assert_eq!(asked["verification"]["trust_framework"]["value"], "IDV_DELEGATED");
    assert_eq!(asked["claims"]["given_name"], json!({ "fuzzy": "Amina" }));
    assert_eq!(asked["claims"]["family_name"], "Okonkwo");
    // The code is redeemed with Basic too; what the answer then looks like is the provider's to decide.
    scene.vendor.lie(crate::vendor::Lie::Claims(|token| {
        token["verified_claims"][0]["claims"] = json!({
            "given_name": { "fuzzy": true, "value": "Amina" }, "family_name": "MATCHED",
            "middle_name": { "value": "Ruth" }, "birthdate": "1990-04-17",
        });
    }));
    let outcome = scene.org.callback(&follow(&there).await).await;
    assert!(outcome.grant().is_some(), "{:?}", outcome.decision);

    scene.org.set_options(OrgOptions {
        bithdate: true,
        ..OrgOptions::default()
    });
    scene.org.begin(AMINA, Operation::Recover).await.unwrap();
    let claims = pushed_claims(&scene);
    assert_eq!(claims["bithdate"]["value"], "1990-04-17");
    assert!(claims.get("birthdate").is_none());
}

#[tokio::test]
async fn who_may_not_help_themselves_is_not_sent_anywhere() {
    let scene = Scene::set().await;
    assert_eq!(
        scene.org.begin("nobody@hospital.example", Operation::Recover).await,
        Err(Fault::Nobody)
    );
    scene.org.set_status(AMINA, Status::Suspended);
    assert_eq!(
        scene.org.begin(AMINA, Operation::Recover).await,
        Err(Fault::Closed(Status::Suspended))
    );
    assert!(scene.org.system_log().is_empty());
    assert_eq!(scene.vendor.pushes(), 0);
}

#[tokio::test]
async fn the_system_log_joins_start_and_end() {
    let scene = Scene::set().await;
    scene.recover().await;
    let log = scene.org.system_log();
    let [started, judged] = log.as_slice() else {
        panic!("{log:?}")
    };
    assert_eq!(started.event_type, STARTED);
    assert_eq!(started.actor.alternate_id, AMINA);
    let (begun, ended) = (&started.debug_context.debug_data, &judged.debug_context.debug_data);
    assert_eq!(begun["IdvReferenceId"], ended["IdvReferenceId"]);
    assert_eq!(ended["IdvFlowId"], "idv_flow_recovery");
    assert_eq!(ended["assurance_level"], "VERIFIED");
    assert_eq!(ended["trust_framework"], "IDV-DELEGATED");
}

#[tokio::test]
async fn what_became_of_people_survives_a_restart() {
    let scene = Scene::set().await;
    let outcome = scene.recover().await;
    scene
        .org
        .complete(outcome.grant().unwrap(), Some(&"new-password".into()))
        .unwrap();
    let other = Scene::set().await;
    other.org.restore(scene.org.state()).unwrap();
    assert!(other.org.signs_in(AMINA, &"new-password".into()));
    assert_eq!(other.org.system_log(), scene.org.system_log());
    assert!(!format!("{:?}", scene.org).contains(SECRET));
    assert_eq!(Fake::name(scene.org.fake()), "okta");
}

fn pushed_claims(scene: &Scene) -> Value {
    let (_, members) = scene.vendor.pushed();
    let claims: Value = serde_json::from_str(members["claims"].as_str().unwrap()).unwrap();
    claims["id_token"]["verified_claims"][0]["claims"].clone()
}
