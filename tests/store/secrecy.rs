//! Nothing in the database tells who a person is or opens a door, whoever reads it.

use doorward::audit::{Event, Fact};
use doorward::case::{Handle, HandleKind};
use doorward::crypto::parcel::BrowserKey;
use doorward::crypto::token::Token;
use doorward::store::Change;

use super::raw::holds;
use super::{Base, MARIA, MINUTE, NOW, maria, on_both};

on_both! {
    no_column_holds_a_person_or_a_token_in_clear
}

async fn no_column_holds_a_person_or_a_token_in_clear(base: Base) {
    let link = Token::random();
    let (browser, _) = BrowserKey::random().unwrap();
    let handles = [
        (HandleKind::Link, link.digest()),
        (HandleKind::Browser, browser.digest()),
    ]
    .map(|(kind, digest)| {
        let until = NOW.plus(MINUTE);
        Handle { kind, digest, until }
    });
    let case = maria(NOW);
    let opened = [Event::of(&case.id, NOW, Fact::BrowserBound)];
    base.store.begin(&case, &opened, &handles, Some(NOW)).await.unwrap();
    let mut next = case.clone();
    next.private.references.push(next.private.references[0].clone());
    base.store.advance(&case, &next, Change::default()).await.unwrap();
    base.store
        .use_once("link", &link.digest(), NOW.plus(MINUTE))
        .await
        .unwrap();
    base.store.count("link", &link.digest(), NOW, MINUTE, 9).await.unwrap();
    base.store.claim(NOW, MINUTE).await.unwrap().unwrap();

    let master = base.master.text();
    let cookie = browser.cookie();
    let (token, private) = cookie.split_once('.').unwrap();
    let mut secrets = vec![link.text(), token.to_owned(), private.to_owned(), master.to_string()];
    secrets.extend(MARIA.map(str::to_owned));
    let bytes = [base.raw().await.bytes().await, base.files()].concat();
    // The search itself works: what may be there is found.
    assert!(holds(&bytes, case.id.as_str().as_bytes()) && holds(&bytes, link.digest().bytes()));
    for secret in secrets {
        assert!(!holds(&bytes, secret.as_bytes()), "{secret} is in the database");
    }
    assert!(!holds(&bytes, base.master.bytes()), "the master key is in the database");
}
