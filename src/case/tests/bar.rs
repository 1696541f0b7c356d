//! Who may review and who may agree: every role with everything that one can be to a case.

use proptest::prelude::*;

use super::*;
use crate::case::bar::{self, Past};
use crate::case::desk::{Approval, Decision, Judgement, Review, Staff};
use crate::case::role::{Operator, Role};
use doorward_contract::{AccountId, Colleague, Name, Origin, SubjectKey};

fn operator(roles: &[Role]) -> Operator {
    Operator {
        id: "staff|kim".to_owned(),
        name: "Kim Vale".to_owned(),
        email: Some("kim.vale@example.com".to_owned()),
        roles: roles.iter().copied().collect(),
    }
}

fn account(login: &str) -> Account {
    Account {
        id: AccountId("a".to_owned()),
        login: login.to_owned(),
        display_name: None,
        name: Name::default(),
        birth_date: None,
        enabled: true,
        origin: Origin::Cloud,
        related_words: Vec::new(),
    }
}

/// Maria's case, opened by Jonas at the console, waiting for colleagues.
fn hers() -> Case {
    let mut case = case(Stage::Approval);
    case.opener = Opener::Operator {
        name: "Jonas Weber".to_owned(),
        ticket: None,
    };
    case.desk.opened_by = Some(Staff {
        id: "staff|jonas".to_owned(),
        name: "Jonas Weber".to_owned(),
    });
    case.private.account = Some(account("maria@example.com"));
    case.private.subject = Some(Subject {
        key: SubjectKey::Login,
        value: "maria".to_owned(),
    });
    case
}

fn kim() -> Staff {
    Staff::from(&operator(&[]))
}

fn reviewed_by_kim(case: &mut Case) {
    case.desk.review = Some(Review {
        reviewer: kim(),
        claimed_at: at(0),
        judgement: Some(Judgement {
            holds: true,
            reasons: Vec::new(),
            note: None,
            ..Judgement::default()
        }),
        shown: true,
        named: true,
        decision: Some(Decision {
            same_person: true,
            reason: "the face".to_owned(),
            ..Decision::default()
        }),
    });
}

fn approved_by_kim(case: &mut Case) {
    case.desk.approvals.push(Approval {
        approver: kim(),
        at: at(0),
        note: None,
    });
}

/// What Kim can be to a case.
type Tie = (&'static str, fn(&mut Case), Past, Option<Barred>, Option<Barred>);

fn ties() -> Vec<Tie> {
    const NONE: Past = Past { recovered: false };
    vec![
        ("nobody", |_| {}, NONE, None, None),
        (
            "opened it at the console",
            |case| case.desk.opened_by = Some(kim()),
            NONE,
            Some(Barred::Opener),
            Some(Barred::Opener),
        ),
        (
            "a machine opened it in their name",
            |case| case.desk.named = Some("kim vale".to_owned()),
            NONE,
            Some(Barred::Opener),
            Some(Barred::Opener),
        ),
        (
            "a machine opened it under their address",
            |case| case.desk.named = Some("KIM.VALE@example.com".to_owned()),
            NONE,
            Some(Barred::Opener),
            Some(Barred::Opener),
        ),
        (
            "the command line opened it under their user name",
            |case| {
                case.opener = Opener::Operator {
                    name: "kim.vale".to_owned(),
                    ticket: None,
                };
            },
            NONE,
            Some(Barred::Opener),
            Some(Barred::Opener),
        ),
        (
            "it is their own account",
            |case| case.private.account = Some(account("Kim.Vale@Example.com")),
            NONE,
            Some(Barred::Person),
            Some(Barred::Person),
        ),
        (
            "it is their own account at another vendor",
            |case| drop(case.private.accounts.insert("duo".to_owned(), account("kim.vale"))),
            NONE,
            Some(Barred::Person),
            Some(Barred::Person),
        ),
        (
            "they were typed",
            |case| case.private.subject.as_mut().unwrap().value = "kim.vale@example.com".to_owned(),
            NONE,
            Some(Barred::Person),
            Some(Barred::Person),
        ),
    ]
}

/// What came of their own work, and of their own past.
fn other_ties() -> Vec<Tie> {
    const NONE: Past = Past { recovered: false };
    vec![
        ("reviewed it", reviewed_by_kim, NONE, None, Some(Barred::Reviewer)),
        (
            "agreed to it",
            approved_by_kim,
            NONE,
            Some(Barred::Approver),
            Some(Barred::Already),
        ),
        (
            "the person reports to them",
            |case| {
                case.private.manager = Some(Box::new(Colleague {
                    id: AccountId("m".to_owned()),
                    login: "kvale".to_owned(),
                    email: Some("kim.vale@example.com".to_owned()),
                }));
            },
            NONE,
            None,
            Some(Barred::Manager),
        ),
        (
            "were recovered lately",
            |_| {},
            Past { recovered: true },
            None,
            Some(Barred::Recovered),
        ),
    ]
}

#[test]
fn whoever_has_a_tie_to_a_case_does_not_decide_on_it() {
    let staff = operator(&[Role::Reviewer, Role::Approver]);
    for (tie, tie_up, past, reviewing, approving) in ties().into_iter().chain(other_ties()) {
        let mut case = hers();
        tie_up(&mut case);
        assert_eq!(bar::reviewer(&case, &staff).err(), reviewing, "reviewing: {tie}");
        assert_eq!(bar::approver(&case, &staff, past).err(), approving, "approving: {tie}");
    }
}

#[test]
fn only_the_role_for_it_decides() {
    for role in Role::ALL {
        let staff = operator(&[role]);
        let reviews = bar::reviewer(&hers(), &staff) == Ok(());
        let approves = bar::approver(&hers(), &staff, Past::default()) == Ok(());
        assert_eq!(
            (reviews, approves),
            (role == Role::Reviewer, role == Role::Approver),
            "{role}"
        );
    }
}

#[test]
fn whoever_cannot_be_told_from_the_person_does_not_decide() {
    for email in [None, Some(String::new()), Some(" ".to_owned())] {
        let staff = Operator {
            email,
            ..operator(&[Role::Reviewer, Role::Approver])
        };
        assert_eq!(bar::reviewer(&hers(), &staff), Err(Barred::Nameless));
        assert_eq!(bar::approver(&hers(), &staff, Past::default()), Err(Barred::Nameless));
    }
}

proptest! {
    /// Ties never cancel one another out, and no role makes up for one.
    #[test]
    fn no_tie_makes_up_for_another(chosen in proptest::collection::vec(0_usize..12, 1..4), extra in 0_usize..5) {
        let all: Vec<Tie> = ties().into_iter().chain(other_ties()).collect();
        let staff = operator(&[Role::Reviewer, Role::Approver, Role::ALL[extra]]);
        let mut case = hers();
        let mut past = Past::default();
        let (mut reviewing, mut approving) = (false, false);
        for at in chosen {
            let (_, tie_up, then, no_review, no_approval) = &all[at];
            tie_up(&mut case);
            past.recovered |= then.recovered;
            reviewing |= no_review.is_some();
            approving |= no_approval.is_some();
        }
        prop_assert_eq!(bar::reviewer(&case, &staff).is_err(), reviewing);
        prop_assert_eq!(bar::approver(&case, &staff, past).is_err(), approving);
    }
}
