//! Seeing the same picture, the same document, or one that looks the same in another session. What is remembered holds no picture and
//! leads to nobody but by the number of a case, sealed.

use serde::{Deserialize, Serialize};

use super::state::{Again, Known, State, Whose};
use super::{Builtin, Error};
use crate::crypto::token::Digest;
use crate::store::{Origin, SeenKind};
use doorward_builtin::document::Reading;
use doorward_builtin::replay::Look;
use doorward_contract::{Here, Reference};

use super::look::Marks;

/// What is known of a session that is remembered.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Remembered {
    pub number: String,
    pub account: Option<String>,
    pub login: Option<String>,
    pub looks: [Option<Look>; 2],
    pub face: Option<Look>,
}

/// Whose another session was. An account tells for certain; a login that is the same tells enough, one that differs nothing: people
/// have several.
pub(super) fn whose(here: &Here, other: &Remembered) -> Whose {
    match (&here.account, &other.account) {
        // Another attempt of the same case.
        _ if !here.number.is_empty() && here.number == other.number => Whose::Same,
        (Some(one), Some(other)) if one == other => Whose::Same,
        (Some(_), Some(_)) => Whose::Other,
        _ if here.login.is_some() && here.login == other.login => Whose::Same,
        _ => Whose::Unsure,
    }
}

impl Builtin {
    fn remembers(&self) -> bool {
        !self.0.settings.remember_reuse.is_zero()
    }

    /// The name under which a session is remembered.
    pub(super) fn origin(&self, reference: &str) -> Digest {
        self.0.digests.digest("capture origin", reference.as_bytes())
    }

    /// Other sessions with the same file, or the same pixels.
    pub(super) async fn same_picture(&self, state: &State, marks: &Marks) -> Result<Vec<Known>, Error> {
        if !marks.telling {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        for seen in of_picture(marks) {
            self.seen(state, seen, Again::Exact, &mut found).await?;
        }
        Ok(found)
    }

    /// Other sessions with the same document, or a picture that looks like it.
    pub(super) async fn same_document(&self, state: &State, reading: &Reading) -> Result<Vec<Known>, Error> {
        let mut found = Vec::new();
        for seen in self.of_document(reading) {
            self.seen(state, seen, Again::Document, &mut found).await?;
        }
        for look in reading.looks.iter().flatten() {
            self.near(state, SeenKind::Look, *look, &mut found).await?;
        }
        Ok(found)
    }

    /// Other sessions with a face that looks the same, as the same picture does and another of the same person does not.
    pub(super) async fn same_look(&self, state: &State, look: Option<Look>) -> Result<Vec<Known>, Error> {
        let mut found = Vec::new();
        if let Some(look) = look {
            self.near(state, SeenKind::Face, look, &mut found).await?;
        }
        Ok(found)
    }

    async fn seen(
        &self,
        state: &State,
        (kind, digest): (SeenKind, Digest),
        what: Again,
        found: &mut Vec<Known>,
    ) -> Result<(), Error> {
        if !self.remembers() {
            return Ok(());
        }
        let own = self.origin(&state.reference);
        for origin in self.0.store.seen((kind, &digest), &own, self.now()).await? {
            add(found, what, &state.here, &known(&origin)?);
        }
        Ok(())
    }

    async fn near(&self, state: &State, kind: SeenKind, look: Look, found: &mut Vec<Known>) -> Result<(), Error> {
        if !self.remembers() {
            return Ok(());
        }
        let own = self.origin(&state.reference);
        let parts = self.parts(kind, look);
        for origin in self.0.store.seen_near((kind, &parts), &own, self.now()).await? {
            let other = known(&origin)?;
            let theirs = match kind {
                SeenKind::Face => [other.face, None],
                _ => other.looks,
            };
            if theirs.into_iter().flatten().any(|theirs| look.near(theirs)) {
                add(found, Again::Near, &state.here, &other);
            }
        }
        Ok(())
    }

    /// Remembers what was taken of a session.
    pub(super) async fn remember(&self, state: &State, marks: &Marks, with_face: bool) -> Result<(), Error> {
        if !self.remembers() {
            return Ok(());
        }
        let looks = state.reading.as_ref().map_or([None; 2], |reading| reading.looks);
        let mut seen = Vec::new();
        if marks.telling {
            seen.extend(of_picture(marks));
        }
        if let Some(reading) = &state.reading {
            seen.extend(self.of_document(reading));
        }
        for look in looks.into_iter().flatten() {
            seen.extend(
                self.parts(SeenKind::Look, look)
                    .into_iter()
                    .map(|part| (SeenKind::Look, part)),
            );
        }
        let face = state.look.filter(|_| with_face);
        if let Some(look) = face {
            seen.extend(
                self.parts(SeenKind::Face, look)
                    .into_iter()
                    .map(|part| (SeenKind::Face, part)),
            );
        }
        let remembered = Remembered {
            number: state.here.number.clone(),
            account: state.here.account.clone(),
            login: state.here.login.clone(),
            looks,
            face,
        };
        self.keep(self.origin(&state.reference), &remembered, &seen).await
    }

    /// The account turned out: what is remembered is its.
    pub(super) async fn belongs(&self, reference: &Reference, account: &str) -> Result<(), Error> {
        let id = self.origin(&reference.0);
        let Some(origin) = self.0.store.origin(&id).await? else {
            return Ok(());
        };
        let mut remembered = known(&origin)?;
        remembered.account = Some(account.to_owned());
        self.keep(id, &remembered, &[]).await
    }

    async fn keep(&self, id: Digest, remembered: &Remembered, seen: &[(SeenKind, Digest)]) -> Result<(), Error> {
        let known = serde_json::to_vec(remembered).map_err(|_| Error::Broken {
            what: "what is remembered cannot be written as JSON",
        })?;
        let until = self.now().plus(self.0.settings.remember_reuse);
        Ok(self.0.store.remember_seen(&Origin { id, known }, until, seen).await?)
    }

    fn of_document(&self, reading: &Reading) -> Vec<(SeenKind, Digest)> {
        let country = reading.country.as_deref().unwrap_or_default();
        let digest = |text: &str| Digest::from_bytes(&self.0.digester.document(country, text));
        let printing = reading.card.as_ref().and_then(|card| card.discriminator());
        let parts = [
            (SeenKind::Document, reading.number.as_deref()),
            (SeenKind::Printing, printing),
        ];
        let with = |(kind, text): (SeenKind, Option<&str>)| Some((kind, digest(text?)?));
        parts.into_iter().filter_map(with).collect()
    }

    /// The pieces of a look, each as a keyed digest of its place and its value.
    fn parts(&self, kind: SeenKind, look: Look) -> Vec<Digest> {
        let digest = |(place, piece): (u8, u16)| {
            let [high, low] = piece.to_be_bytes();
            self.0.digests.digest(kind.word(), &[place, high, low])
        };
        look.pieces().into_iter().map(digest).collect()
    }
}

fn of_picture(marks: &Marks) -> Vec<(SeenKind, Digest)> {
    let parts = [(SeenKind::Bytes, marks.bytes), (SeenKind::Pixels, marks.pixels)];
    let with = |(kind, bytes): (SeenKind, [u8; 32])| Some((kind, Digest::from_bytes(&bytes)?));
    parts.into_iter().filter_map(with).collect()
}

fn known(origin: &Origin) -> Result<Remembered, Error> {
    serde_json::from_slice(&origin.known).map_err(|_| Error::Broken {
        what: "what is remembered is not readable as JSON",
    })
}

fn add(found: &mut Vec<Known>, what: Again, here: &Here, other: &Remembered) {
    let one = Known {
        what,
        whose: whose(here, other),
        number: other.number.clone(),
    };
    if !found.contains(&one) {
        found.push(one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(account: Option<&str>, login: Option<&str>) -> (Here, Remembered) {
        let text = |text: Option<&str>| text.map(str::to_owned);
        let here = Here {
            account: text(account),
            login: text(login),
            ..Here::default()
        };
        let remembered = Remembered {
            number: "C-1".to_owned(),
            account: text(account),
            login: text(login),
            looks: [None; 2],
            face: None,
        };
        (here, remembered)
    }

    #[test]
    fn an_account_tells_a_login_that_differs_does_not() {
        let one = |account, login| here(account, login).0;
        let other = |account, login| here(account, login).1;
        for (here, other, expected) in [
            (one(Some("a"), None), other(Some("a"), None), Whose::Same),
            (one(Some("a"), Some("x")), other(Some("b"), Some("x")), Whose::Other),
            (one(Some("a"), Some("x")), other(Some("a"), Some("y")), Whose::Same),
            (one(None, Some("x")), other(Some("a"), Some("x")), Whose::Same),
            (one(None, Some("x")), other(None, Some("y")), Whose::Unsure),
            (one(Some("a"), None), other(None, Some("y")), Whose::Unsure),
            (one(None, None), other(None, None), Whose::Unsure),
        ] {
            assert_eq!(whose(&here, &other), expected);
        }
    }
}
