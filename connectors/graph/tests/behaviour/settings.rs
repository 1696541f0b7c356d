//! Settings that cannot be right do not connect.

use std::sync::Arc;

use doorward_graph::{Cloud, Settings, connect, valid_attribute};
use url::Url;
use uuid::Uuid;

use crate::stand::Stand;

fn custom(authority: &str, graph: &str, scope: &str) -> bool {
    Cloud::custom(Url::parse(authority).unwrap(), Url::parse(graph).unwrap(), scope.into()).is_ok()
}

#[test]
fn every_cloud_of_the_vendor_is_a_cloud() {
    for cloud in [Cloud::global(), Cloud::us_gov(), Cloud::us_dod(), Cloud::china()] {
        assert!(!format!("{cloud:?}").is_empty());
    }
    assert_ne!(Cloud::us_gov(), Cloud::us_dod());
}

#[test]
fn another_cloud_is_https_or_this_machine() {
    let (authority, graph, scope) = (
        "https://login.example",
        "https://graph.example/v1.0",
        "https://graph.example/.default",
    );
    assert!(custom(authority, graph, scope));
    assert!(custom("https://login.example/", "https://graph.example/v1.0/", scope));
    assert!(custom("http://127.0.0.1:81", "http://localhost:82/v1.0", scope));
    assert!(custom("http://[::1]:81", "http://[::1]:81/v1.0", scope));
    assert!(!custom("http://login.example", graph, scope));
    assert!(!custom(authority, "http://graph.example/v1.0", scope));
    assert!(!custom(authority, "http://127.0.0.1.example/v1.0", scope));
    assert!(!custom(authority, "https://graph.example", scope));
    assert!(!custom(authority, "https://graph.example/beta", scope));
    assert!(!custom(authority, "https://graph.example/v1.0?x=1", scope));
    assert!(!custom("https://me@login.example", graph, scope));
    assert!(!custom(authority, graph, "https://graph.example/User.Read"));
    assert!(!custom(authority, graph, "a/.default b/.default"));
}

#[test]
fn a_date_of_birth_is_in_an_extension() {
    let extension = "extension_0123456789abcdef0123456789ABCDEF_birthDate";
    for name in [
        extension,
        "onPremisesExtensionAttributes.extensionAttribute1",
        "onPremisesExtensionAttributes.extensionAttribute15",
    ] {
        assert!(valid_attribute(name), "{name}");
    }
    for name in [
        "",
        "birthday",
        "extension_0123_birthDate",
        "extension_0123456789abcdef0123456789abcdef_",
        "extension_0123456789abcdef0123456789abcdef_a,b",
        "extension_0123456789abcdef0123456789abcdeg_birth",
        "onPremisesExtensionAttributes.extensionAttribute0",
        "onPremisesExtensionAttributes.extensionAttribute16",
        "onPremisesExtensionAttributes.extensionAttribute01",
        "extensionAttribute1",
    ] {
        assert!(!valid_attribute(name), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_right_does_not_connect() {
    let stand = Stand::usual().await;
    let connects = |change: &dyn Fn(&mut Settings)| {
        let mut settings = stand.settings.clone();
        change(&mut settings);
        connect(settings, Arc::new(stand.clock.clone())).is_ok()
    };
    assert!(connects(&|_| {}));
    assert!(connects(&|settings| settings.tenant = "acme.example".into()));
    for tenant in [
        "",
        "common",
        "organizations",
        "a/b",
        "../x",
        "acme..example",
        "acme.example?x",
    ] {
        assert!(!connects(&|settings| settings.tenant = tenant.into()), "{tenant}");
    }
    assert!(!connects(&|settings| settings.client_id = Uuid::nil()));
    assert!(!connects(
        &|settings| settings.birth_date_attribute = Some("birthday".into())
    ));
}
