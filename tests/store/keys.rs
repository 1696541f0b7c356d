//! The rows of the signing keys: one successor each, however many make one at the same time.

use doorward::crypto::signing::Alg;
use doorward::store::SigningKeyRow;
use futures_util::future::join_all;

use super::{Base, MINUTE, NOW, on_both};

on_both! {
    a_key_is_read_as_it_was_written
    a_key_has_one_successor
    of_sixteen_successors_made_at_once_one_is_kept
    a_withdrawn_key_is_withdrawn_once_and_its_private_half_is_gone
}

fn key(kid: &str, alg: Alg, follows: &str) -> SigningKeyRow {
    SigningKeyRow {
        kid: kid.to_owned(),
        alg,
        follows: follows.to_owned(),
        made_at: NOW,
        from_at: NOW.plus(MINUTE),
        gone_at: None,
        public: format!("{{\"kid\":\"{kid}\"}}"),
        sealed: format!("sealed {kid}").into_bytes(),
    }
}

async fn a_key_is_read_as_it_was_written(base: Base) {
    let keys = [
        key("e", Alg::Es256, ""),
        key("r", Alg::Rs256, ""),
        key("s", Alg::Rs256, "r"),
    ];
    for key in &keys {
        assert!(base.store.add_signing_key(key).await.unwrap());
    }
    assert_eq!(base.another().await.signing_keys().await.unwrap(), keys);
}

async fn a_key_has_one_successor(base: Base) {
    for (key, added) in [
        (key("a", Alg::Rs256, ""), true),
        (key("b", Alg::Rs256, ""), false),
        (key("b", Alg::Rs256, "a"), true),
        (key("c", Alg::Rs256, "a"), false),
        // Another algorithm has keys of its own, but no name is given twice.
        (key("d", Alg::Ps256, ""), true),
        (key("a", Alg::EdDsa, ""), false),
    ] {
        assert_eq!(base.store.add_signing_key(&key).await.unwrap(), added, "{key:?}");
    }
    assert_eq!(base.store.signing_keys().await.unwrap().len(), 3);
}

async fn of_sixteen_successors_made_at_once_one_is_kept(base: Base) {
    base.store.add_signing_key(&key("a", Alg::Rs256, "")).await.unwrap();
    let nodes = [base.store.clone(), base.another().await];
    let keys: Vec<_> = (0..16).map(|at| key(&format!("b{at}"), Alg::Rs256, "a")).collect();
    let adds = keys
        .iter()
        .enumerate()
        .map(|(at, key)| nodes[at % 2].add_signing_key(key));
    let added = join_all(adds)
        .await
        .into_iter()
        .filter(|added| *added.as_ref().unwrap());
    assert_eq!(added.count(), 1);
    assert_eq!(base.store.signing_keys().await.unwrap().len(), 2);
}

async fn a_withdrawn_key_is_withdrawn_once_and_its_private_half_is_gone(base: Base) {
    for key in [key("a", Alg::Rs256, ""), key("b", Alg::Rs256, "a")] {
        base.store.add_signing_key(&key).await.unwrap();
    }
    assert!(base.store.withdraw_signing_key("a", NOW).await.unwrap());
    assert!(!base.store.withdraw_signing_key("a", NOW.plus(MINUTE)).await.unwrap());
    assert!(!base.store.withdraw_signing_key("unknown", NOW).await.unwrap());
    let mut gone = key("a", Alg::Rs256, "");
    (gone.gone_at, gone.sealed) = (Some(NOW), Vec::new());
    assert_eq!(
        base.store.signing_keys().await.unwrap(),
        [gone, key("b", Alg::Rs256, "a")]
    );
    assert!(!base.store.add_signing_key(&key("c", Alg::Rs256, "a")).await.unwrap());
}
