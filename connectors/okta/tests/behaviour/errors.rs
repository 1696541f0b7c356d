//! Every error of the vendor's list, sorted by what is to be done.

use doorward_contract::fake::Rule;
use doorward_contract::{Action, Connector, Sent, StepKey, VendorError};
use serde_json::json;

use crate::stand::Stand;

/// Code, HTTP status, remedy.
const CODES: [(&str, u16, &str); 56] = [
    ("E0000001", 400, "refused"),
    ("E0000002", 400, "unexpected"),
    ("E0000003", 400, "unexpected"),
    ("E0000004", 401, "refused"),
    ("E0000005", 403, "refused"),
    ("E0000006", 403, "refused"),
    ("E0000007", 404, "missing"),
    ("E0000008", 404, "refused"),
    ("E0000009", 500, "unreachable"),
    ("E0000010", 503, "unreachable"),
    ("E0000011", 401, "refused"),
    ("E0000013", 403, "refused"),
    ("E0000014", 403, "unfit"),
    ("E0000015", 401, "refused"),
    ("E0000016", 403, "done"),
    ("E0000017", 403, "unfit"),
    ("E0000018", 400, "unexpected"),
    ("E0000019", 400, "unexpected"),
    ("E0000020", 400, "unexpected"),
    ("E0000021", 400, "unexpected"),
    ("E0000022", 405, "refused"),
    ("E0000023", 403, "unfit"),
    ("E0000028", 400, "unexpected"),
    ("E0000030", 400, "unexpected"),
    ("E0000031", 400, "unexpected"),
    ("E0000032", 403, "unfit"),
    ("E0000033", 400, "unexpected"),
    ("E0000034", 403, "unfit"),
    ("E0000035", 403, "unfit"),
    ("E0000036", 403, "unfit"),
    ("E0000037", 400, "unexpected"),
    ("E0000038", 403, "unfit"),
    ("E0000047", 429, "throttled"),
    ("E0000060", 501, "refused"),
    ("E0000063", 400, "unexpected"),
    ("E0000064", 401, "unfit"),
    ("E0000067", 504, "unreachable"),
    ("E0000068", 403, "unfit"),
    ("E0000069", 403, "unfit"),
    ("E0000073", 403, "unfit"),
    ("E0000078", 403, "refused"),
    ("E0000079", 403, "unfit"),
    ("E0000080", 403, "unfit"),
    ("E0000081", 403, "refused"),
    ("E0000082", 403, "unfit"),
    ("E0000095", 403, "missing"),
    ("E0000105", 403, "unfit"),
    ("E0000109", 429, "throttled"),
    ("E0000110", 403, "unfit"),
    ("E0000112", 409, "unreachable"),
    ("E0000119", 403, "unfit"),
    ("E0000133", 429, "throttled"),
    ("E0000174", 400, "unexpected"),
    ("E0009999", 403, "refused"),
    ("E0009999", 404, "missing"),
    ("E0009999", 502, "unreachable"),
];

#[tokio::test]
async fn every_code_leads_to_its_remedy_and_is_told_with_its_ids_and_without_its_texts() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    for (code, status, remedy) in CODES {
        let intent = stand.okta.intend(&account, &Action::ResetLink).await.unwrap();
        stand.fake.fake().misbehave(Rule {
            path: Some("/lifecycle/".into()),
            times: Some(0),
            status: Some(status),
            body: Some(json!({
                "errorCode": code, "errorSummary": "about Ada O'Kerr", "errorId": "oaeInvented-42",
                "errorCauses": [{ "errorSummary": "<b>ada.kerr@acme.example</b>" }],
            })),
            ..Rule::default()
        });
        let found = stand
            .okta
            .perform(&StepKey("k".into()), &account, &Action::ResetLink, &intent)
            .await;
        stand.fake.fake().behave();
        let error = found.unwrap_err();
        assert_eq!(error.remedy(), remedy, "{code} {status}: {error:?}");
        let text = format!("{error} {error:?}").to_lowercase();
        assert!(!text.contains("kerr") && !text.contains("<b>"), "{text}");
        if !matches!(remedy, "throttled" | "done") && code != "E0000038" {
            assert!(
                text.contains(&code.to_lowercase()) && text.contains("oaeinvented-42"),
                "{text}"
            );
        }
    }
    assert!(!stand.view(&account).has_link);
}

#[tokio::test]
async fn a_read_only_vendor_did_nothing_and_one_in_trouble_may_have() {
    let stand = Stand::usual().await;
    let account = stand.fresh("ACTIVE").await;
    for (code, status, expected) in [
        ("E0000010", 503, Sent::No),
        ("E0000112", 409, Sent::No),
        ("E0000009", 500, Sent::Perhaps),
    ] {
        let intent = stand.okta.intend(&account, &Action::Suspend).await.unwrap();
        stand.fake.fake().misbehave(Rule {
            path: Some("/lifecycle/".into()),
            status: Some(status),
            body: Some(json!({ "errorCode": code })),
            ..Rule::default()
        });
        let found = stand
            .okta
            .perform(&StepKey("k".into()), &account, &Action::Suspend, &intent)
            .await;
        assert!(
            matches!(found, Err(VendorError::Unreachable { sent, .. }) if sent == expected),
            "{code}: {found:?}"
        );
    }
}
