//! The end of the cluster: gentle, at once, or because nothing is left.

use super::{Action, Outcome, Supervisor};

impl Supervisor {
    pub(super) fn shut_down(&mut self) {
        self.outcome.get_or_insert(Outcome::ShutDown);
        for slot in &mut self.slots {
            slot.wanted = false;
        }
    }

    pub(super) fn quit(&mut self, actions: &mut Vec<Action>) {
        self.end(Outcome::Quit, actions);
    }

    pub(super) fn end(&mut self, outcome: Outcome, actions: &mut Vec<Action>) {
        self.outcome = Some(outcome);
        let ids: Vec<_> = self.members.keys().copied().collect();
        for id in ids {
            self.kill(id, actions);
        }
    }

    pub(super) fn finish(&mut self, actions: &mut Vec<Action>) {
        if !self.members.is_empty() {
            return;
        }
        let nobody = self.slots.iter().all(|slot| !slot.wanted);
        let left = if self.ever_ready {
            Outcome::NobodyLeft
        } else {
            Outcome::GaveUp { slot: 0 }
        };
        let outcome = self.outcome.or(nobody.then_some(left));
        if let Some(outcome) = outcome {
            self.finished = true;
            actions.push(Action::Finish(outcome));
        }
    }
}
