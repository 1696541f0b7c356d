//! What goes wrong with cameras, and what helps: listed on the page where it happens, and picked out by the script when it does.
//!
//! The names of the first three are those of the exceptions of Media Capture and Streams §10.1 (`getUserMedia`).

use serde::Deserialize;

/// One thing that goes wrong.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    pub(super) problem: String,
    pub(super) remedy: String,
}

macro_rules! faults {
    ($($fault:ident),* $(,)?) => {
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub(super) struct Words {
            pub(super) title: String,
            pub(super) again: String,
            $($fault: Fault,)*
        }

        impl Words {
            /// All of them, with the word that the script knows each by.
            pub(super) fn list(&self) -> Vec<(&'static str, &Fault)> {
                vec![$((stringify!($fault), &self.$fault)),*]
            }
        }
    };
}
faults! {
    denied, missing, in_use, black, paused, inside_app, insecure, busy, offline, too_large, unreadable, unwanted, closed,
}
