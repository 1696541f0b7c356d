//! What the house promises about itself: who may import whom, sizes, purity, and what may be in the tree.

mod connectors;
mod dependencies;
mod layers;
