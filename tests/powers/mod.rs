//! Who may do what, asked of everything that the API has: every endpoint, every role, every stage of a case, on either database,
//! with every request to an imitated vendor counted. What is expected stands in [`table`], and nowhere is it taken from the product.

mod desk;
mod sweep;
mod table;
mod world;

use doorward::case::Stage;
use doorward::case::role::Role;

/// Every stage.
const STAGES: [Stage; 12] = [
    Stage::Invited,
    Stage::Consent,
    Stage::Proving,
    Stage::Comparing,
    Stage::Review,
    Stage::Checking,
    Stage::Approval,
    Stage::Acting,
    Stage::Stuck,
    Stage::Ready,
    Stage::Answer,
    Stage::Closed,
];

/// Nothing was compared and agreed to yet: nobody's click may reach a vendor.
const UNDECIDED: [Stage; 7] = [
    Stage::Invited,
    Stage::Consent,
    Stage::Proving,
    Stage::Comparing,
    Stage::Review,
    Stage::Checking,
    Stage::Approval,
];

/// Somebody of each role, by their names at the lab's provider; and somebody of none.
const STAFF: [(Role, &str); 5] = [
    (Role::Agent, "Robin Okafor"),
    (Role::Reviewer, "Noor Haddad"),
    (Role::Approver, "Greta Lindqvist"),
    (Role::Auditor, "Ewan Price"),
    (Role::Admin, "Sade Bello"),
];
