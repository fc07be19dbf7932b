//! Which origins are remembered: those asked about last.

use std::{collections::HashMap, sync::Arc};

use super::RobotsOrigin;

/// How many origins are remembered at once, at most.
const MAX_ORIGINS: usize = 4096;

/// Origins in two generations. Whatever is asked about belongs to the young one; when that is full, it becomes the old one,
/// and the old one is forgotten. So what nobody has asked about for half of the bound goes, and nothing else does.
#[derive(Default)]
pub(super) struct RobotsOrigins {
    young: HashMap<String, Arc<RobotsOrigin>>,
    old: HashMap<String, Arc<RobotsOrigin>>,
}

impl RobotsOrigins {
    /// The origin called `name`.
    pub(super) fn of(&mut self, name: String) -> Arc<RobotsOrigin> {
        if let Some(origin) = self.young.get(&name) {
            return origin.clone();
        }
        let origin = self.old.remove(&name).unwrap_or_default();
        if self.young.len() >= MAX_ORIGINS / 2 {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(name, origin.clone());
        origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_about_again_and_again_is_remembered_while_thousands_of_others_come_and_go() {
        let mut origins = RobotsOrigins::default();
        let kept = origins.of("https://news.example".to_owned());
        for number in 0..10 * MAX_ORIGINS {
            origins.of(format!("https://{number}.example"));
            assert!(origins.young.len() + origins.old.len() <= MAX_ORIGINS);
            if number % 1000 == 0 {
                assert!(Arc::ptr_eq(&kept, &origins.of("https://news.example".to_owned())), "{number}");
            }
        }
    }
}
