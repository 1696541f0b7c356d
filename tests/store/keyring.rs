//! The life of the signing keys over one database and several nodes: published before they sign, and until nothing that
//! they signed is in use.

use std::sync::Arc;
use std::time::Duration;

use doorward::crypto::seal::Key;
use doorward::crypto::signing::{Alg, SigningKey};
use doorward::provider::jwk::{JwkSet, has_private_part};
use doorward::provider::keyring::{Error, FRESH, KNOWN, Keyring, Rotation, Standing, TOKEN_LIFE};
use doorward::store::Store;
use doorward_contract::clock::TurnedClock;
use futures_util::future::join_all;

use super::raw::holds;
use super::{Base, NOW, on_both};

const DAY: Duration = Duration::from_hours(24);
const MESSAGE: &[u8] = b"a token";

on_both! {
    the_first_start_makes_one_key_of_each_algorithm_and_the_next_none
    nodes_that_start_at_once_agree_on_the_keys
    a_new_key_is_published_two_days_before_it_signs
    another_node_sees_a_new_key_without_a_restart
    a_forced_key_signs_as_soon_as_everybody_knows_it
    a_waiting_key_is_followed_by_another_only_by_force
    keys_are_replaced_by_schedule_and_withdrawn_when_nobody_needs_them
    nodes_that_rotate_at_once_make_one_successor
    no_private_key_is_readable_in_the_database
    a_key_moved_or_replaced_in_the_database_is_not_used
}

/// A node with a clock that all nodes of a test share.
struct Node {
    keys: Keyring,
    clock: TurnedClock,
}

impl Base {
    fn sealing(&self) -> Key {
        self.master.derive("signing keys").unwrap()
    }

    async fn keyring(&self, store: Store, clock: &TurnedClock) -> Result<Keyring, Error> {
        let (clock, rotation) = (Arc::new(clock.clone()), Rotation::default());
        Keyring::open(store, clock, self.sealing(), "login.example.com", rotation).await
    }

    async fn node(&self) -> Node {
        let clock = TurnedClock::at(NOW);
        let keys = self.keyring(self.store.clone(), &clock).await.unwrap();
        Node { keys, clock }
    }

    async fn beside(&self, node: &Node) -> Keyring {
        self.keyring(self.another().await, &node.clock).await.unwrap()
    }
}

fn kids(set: &JwkSet) -> Vec<String> {
    set.keys.iter().map(|key| key.kid().unwrap().to_owned()).collect()
}

impl Node {
    /// Turns the clock to the last moment before `length` is over.
    fn until_just_before(&self, length: Duration) {
        self.clock.forward(length.saturating_sub(Duration::from_micros(1)));
    }

    async fn signing(&self, alg: Alg) -> String {
        signing(&self.keys, alg).await
    }

    async fn published(&self, kid: &str) -> bool {
        kids(&self.keys.jwks().await.unwrap()).iter().any(|own| own == kid)
    }
}

async fn signing(keys: &Keyring, alg: Alg) -> String {
    keys.signer(alg).await.unwrap().public().kid().unwrap().to_owned()
}

/// Everything that signs is published, and what it signs is verified by what is published.
async fn is_sound(keys: &Keyring) {
    let published = keys.jwks().await.unwrap();
    for alg in Alg::ALL {
        let signer = keys.signer(alg).await.unwrap();
        let name = signer.core_alg();
        let signature = openidconnect::PrivateSigningKey::sign(&signer, &name, MESSAGE).unwrap();
        let found: Vec<_> = published.find(signer.public().kid(), alg).collect();
        assert_eq!(found, [signer.public()]);
        assert!(found[0].verify(alg, MESSAGE, &signature));
    }
}

async fn the_first_start_makes_one_key_of_each_algorithm_and_the_next_none(base: Base) {
    let node = base.node().await;
    is_sound(&node.keys).await;
    let set = node.keys.jwks().await.unwrap();
    let algs: Vec<_> = node.keys.list().await.unwrap().iter().map(|key| key.alg).collect();
    assert_eq!(algs, Alg::ALL);
    assert!(set.keys[0].fits(Alg::Rs256));
    let entra = node.keys.entra_jwks().await.unwrap();
    assert_eq!(entra.keys, set.keys[..1]);
    assert_eq!(entra.keys[0].certificates().len(), 1);

    assert_eq!(base.beside(&node).await.jwks().await.unwrap(), set);
    assert_eq!(base.store.signing_keys().await.unwrap().len(), 4);
}

async fn nodes_that_start_at_once_agree_on_the_keys(base: Base) {
    let clock = TurnedClock::at(NOW);
    let stores = [base.another().await, base.another().await, base.another().await];
    let nodes = join_all(stores.into_iter().map(|store| base.keyring(store, &clock))).await;
    let mut sets = Vec::new();
    for node in nodes {
        sets.push(node.unwrap().jwks().await.unwrap());
    }
    assert_eq!(sets[0].keys.len(), 4);
    assert!(sets.iter().all(|set| *set == sets[0]));
    assert_eq!(base.store.signing_keys().await.unwrap().len(), 4);
}

async fn a_new_key_is_published_two_days_before_it_signs(base: Base) {
    let node = base.node().await;
    let old = node.signing(Alg::Rs256).await;
    let [new] = &node.keys.rotate(Some(Alg::Rs256), false).await.unwrap()[..] else {
        panic!("one algorithm, one key");
    };
    assert_eq!((new.standing, new.from_at), (Standing::Waiting, NOW.plus(2 * DAY)));
    assert!(node.published(&new.kid).await && node.published(&old).await);
    assert_eq!(node.keys.entra_jwks().await.unwrap().keys.len(), 2);

    node.until_just_before(2 * DAY);
    assert_eq!(node.signing(Alg::Rs256).await, old);
    node.clock.forward(Duration::from_micros(1));
    assert_eq!(node.signing(Alg::Rs256).await, new.kid);
    // What the old one signed is still in use. The one that signs comes first, for those who take the first.
    assert_eq!(kids(&node.keys.entra_jwks().await.unwrap()), [new.kid.clone(), old]);
    is_sound(&node.keys).await;
    assert_eq!(base.store.signing_keys().await.unwrap().len(), 5);
}

async fn another_node_sees_a_new_key_without_a_restart(base: Base) {
    let node = base.node().await;
    let other = base.beside(&node).await;
    let [first, second] = [Alg::Es256, Alg::EdDsa].map(|alg| node.keys.rotate(Some(alg), false));
    let first = first.await.unwrap()[0].kid.clone();
    assert!(other.key("made up").await.unwrap().is_none());
    // A name it does not know makes it look again at once, yet not for each of many.
    assert!(other.key(&first).await.unwrap().is_none());
    node.clock.forward(Duration::from_secs(1));
    assert_eq!(other.key(&first).await.unwrap().unwrap().kid(), Some(&*first));
    // Without being asked it looks after half a minute.
    let second = second.await.unwrap()[0].kid.clone();
    node.until_just_before(FRESH);
    assert!(!kids(&other.jwks().await.unwrap()).contains(&second));
    node.clock.forward(Duration::from_micros(1));
    assert!(kids(&other.jwks().await.unwrap()).contains(&second));
}

async fn a_forced_key_signs_as_soon_as_everybody_knows_it(base: Base) {
    let node = base.node().await;
    let other = base.beside(&node).await;
    let before = kids(&node.keys.jwks().await.unwrap());
    let new = node.keys.rotate(None, true).await.unwrap();
    assert_eq!(new.len(), 4);
    for key in &new {
        assert!(before.contains(&node.signing(key.alg).await));
    }
    node.clock.forward(KNOWN);
    for keys in [&node.keys, &other] {
        let published = kids(&keys.jwks().await.unwrap());
        assert!(before.iter().all(|kid| published.contains(kid)));
        for key in &new {
            assert_eq!(signing(keys, key.alg).await, key.kid);
        }
        is_sound(keys).await;
    }
}

async fn a_waiting_key_is_followed_by_another_only_by_force(base: Base) {
    let node = base.node().await;
    let rotate = async |now| node.keys.rotate(Some(Alg::EdDsa), now).await.unwrap()[0].kid.clone();
    let waiting = rotate(false).await;
    assert_eq!(rotate(false).await, waiting);
    let forced = rotate(true).await;
    assert_ne!(forced, waiting);
    node.clock.forward(KNOWN);
    assert_eq!(node.signing(Alg::EdDsa).await, forced);
    // The one that waited was overtaken: its time comes and it does not sign.
    node.clock.forward(3 * DAY);
    assert_eq!(node.signing(Alg::EdDsa).await, forced);
    node.keys.tick().await.unwrap();
    assert!(!node.published(&waiting).await && node.published(&forced).await);
}

async fn keys_are_replaced_by_schedule_and_withdrawn_when_nobody_needs_them(base: Base) {
    let node = base.node().await;
    let old = node.signing(Alg::Rs256).await;
    let count = async || base.store.signing_keys().await.unwrap().len();
    node.until_just_before(88 * DAY);
    node.keys.tick().await.unwrap();
    assert_eq!(count().await, 4);
    node.clock.forward(Duration::from_micros(1));
    for _ in 0..2 {
        node.keys.tick().await.unwrap();
        assert_eq!(count().await, 8);
    }
    assert_eq!(node.signing(Alg::Rs256).await, old);
    node.clock.forward(2 * DAY);
    let new = node.signing(Alg::Rs256).await;
    assert_ne!(new, old);

    node.until_just_before(2 * DAY + TOKEN_LIFE);
    node.keys.tick().await.unwrap();
    assert!(node.published(&old).await);
    node.clock.forward(Duration::from_micros(1));
    node.keys.tick().await.unwrap();
    assert!(!node.published(&old).await);
    assert!(node.keys.key(&old).await.unwrap().is_none());
    is_sound(&node.keys).await;
    assert_eq!(node.signing(Alg::Rs256).await, new);
    let rows = base.store.signing_keys().await.unwrap();
    let gone: Vec<_> = rows.iter().filter(|row| row.gone_at.is_some()).collect();
    assert_eq!((rows.len(), gone.len()), (8, 4));
    assert!(gone.iter().all(|row| row.sealed.is_empty()));

    // And so on, by whichever node is there.
    let later = base.beside(&node).await;
    node.clock.forward(88 * DAY);
    later.tick().await.unwrap();
    assert_eq!(count().await, 12);
    node.clock.forward(2 * DAY);
    let third = signing(&later, Alg::Rs256).await;
    assert!(third != old && third != new);
}

async fn nodes_that_rotate_at_once_make_one_successor(base: Base) {
    let node = base.node().await;
    let others = [base.beside(&node).await, base.beside(&node).await];
    node.clock.forward(88 * DAY);
    for done in join_all([&node.keys, &others[0], &others[1]].map(Keyring::tick)).await {
        done.unwrap();
    }
    assert_eq!(base.store.signing_keys().await.unwrap().len(), 8);
    for other in &others {
        assert_eq!(other.jwks().await.unwrap(), node.keys.jwks().await.unwrap());
    }
}

async fn no_private_key_is_readable_in_the_database(base: Base) {
    base.node().await;
    let bytes = [base.raw().await.bytes().await, base.files()].concat();
    for row in base.store.signing_keys().await.unwrap() {
        // The search itself works: what may be there is found.
        assert!(holds(&bytes, row.kid.as_bytes()) && holds(&bytes, &row.sealed));
        let plain = base
            .sealing()
            .open(&format!("signing_keys/{}", row.kid), &row.sealed)
            .unwrap();
        SigningKey::from_pkcs8(row.alg, &plain).unwrap();
        for piece in plain.chunks_exact(16) {
            assert!(!holds(&bytes, piece), "a piece of {}", row.alg);
        }
        let public: serde_json::Value = serde_json::from_str(&row.public).unwrap();
        assert!(!has_private_part(&public));
    }
}

async fn a_key_moved_or_replaced_in_the_database_is_not_used(base: Base) {
    let node = base.node().await;
    let [first, second] = [Alg::Rs256, Alg::Ps256].map(|alg| node.signing(alg));
    let (first, second) = (first.await, second.await);
    let raw = base.raw().await;
    let from = |column: &str, kid: &str| format!("(select {column} from signing_keys where kid = '{kid}')");

    raw.run("create table kept as select * from signing_keys").await;
    let sealed = from("sealed", &first);
    raw.run(&format!(
        "update signing_keys set sealed = {sealed} where kid = '{second}'"
    ))
    .await;
    let opened = base.keyring(base.another().await, &node.clock).await;
    assert!(matches!(opened, Err(Error::Crypto(_))), "{opened:?}");

    let kept = format!("(select sealed from kept where kid = '{second}')");
    raw.run(&format!(
        "update signing_keys set sealed = {kept} where kid = '{second}'"
    ))
    .await;
    base.keyring(base.another().await, &node.clock).await.unwrap();
    let public = from("public", &first);
    raw.run(&format!(
        "update signing_keys set public = {public} where kid = '{second}'"
    ))
    .await;
    let opened = base.keyring(base.another().await, &node.clock).await;
    assert!(
        matches!(&opened, Err(Error::Damaged { kid }) if *kid == second),
        "{opened:?}"
    );
}
