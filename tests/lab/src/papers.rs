//! Where somebody's papers are to be had, for `world.json`.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::people::LabPerson;
use crate::specimen::{film_of, has_papers};

/// What somebody can show to a camera. Every address takes `flaw` (`expired`, `wrong-digit`, `other-face`, `no-face`) and `moment` (a
/// number: another one is another photograph).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Papers {
    /// A photograph of the data page of their passport.
    pub passport: Url,
    /// One of the front of their identity card.
    pub front: Url,
    /// One of its back.
    pub back: Url,
    /// The passport before a camera, as a film for a browser that has none.
    pub passport_film: Url,
    /// Their face.
    pub face: Url,
    /// A film of their face doing what a camera asks: a file on this machine.
    pub film: String,
}

impl Papers {
    /// Those of somebody with a rendered face; `own` makes an address of theirs.
    pub(crate) fn of(person: &LabPerson, own: &dyn Fn(&str) -> Url) -> Option<Self> {
        has_papers(person).then(|| Self {
            passport: own("photo/passport"),
            front: own("photo/front"),
            back: own("photo/back"),
            passport_film: own("film/passport"),
            face: own("face.jpg"),
            film: film_of(&person.id).display().to_string(),
        })
    }
}
