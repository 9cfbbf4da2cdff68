//! Where decoding may begin, also in streams without IDR pictures.

use ashkar_terms::Moment;

use crate::assembly::RandomAccess;

/// Without a better one for this long, a recovery point that takes some pictures counts too: 4 s, microseconds. A
/// camera with IDR pictures every two seconds and recovery points between them is thus cut at its IDR pictures.
const GRADUAL_AFTER_US: u64 = 4_000_000;
/// Without any recovery point for this long, a picture that refers to no other counts too: 12 s, microseconds. A camera
/// with an IDR picture every ten seconds and intra pictures between them is thus cut at its IDR pictures.
const INTRA_AFTER_US: u64 = 12_000_000;
/// The same before the first picture, when nothing can be shown in the meantime: 4 s, microseconds.
const FIRST_INTRA_AFTER_US: u64 = 4_000_000;

/// The entry points of one connection.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct RandomAccessPolicy {
    /// Arrival of the first picture.
    began_us: Option<u64>,
    /// Arrival of the last picture at which decoding may begin.
    last_us: Option<u64>,
    /// The same for the best kinds, IDR pictures and exact recovery points.
    last_exact_us: Option<u64>,
}

impl RandomAccessPolicy {
    /// How a picture that was scanned as `access` counts.
    pub(super) fn judge(&mut self, access: RandomAccess, at: Moment) -> RandomAccess {
        let began_us = *self.began_us.get_or_insert(at.mono_us);
        let waited =
            |since: Option<u64>, us: u64| since.is_none_or(|since| at.mono_us.saturating_sub(since) >= us);
        let counts = match access {
            RandomAccess::Key | RandomAccess::Exact => true,
            RandomAccess::Gradual => waited(self.last_exact_us, GRADUAL_AFTER_US),
            RandomAccess::Intra if self.last_us.is_none() => waited(Some(began_us), FIRST_INTRA_AFTER_US),
            RandomAccess::Intra => {
                waited(self.last_exact_us, INTRA_AFTER_US) && waited(self.last_us, INTRA_AFTER_US)
            }
            RandomAccess::None => false,
        };
        if counts { access } else { RandomAccess::None }
    }

    /// A segment may begin with it.
    pub(super) const fn taken(&mut self, access: RandomAccess, at: Moment) {
        self.last_us = Some(at.mono_us);
        if matches!(access, RandomAccess::Key | RandomAccess::Exact) {
            self.last_exact_us = Some(at.mono_us);
        }
    }
}

#[cfg(test)]
mod tests {
    use ashkar_terms::UtcMicros;

    use super::*;

    /// Those of the pictures, each at its second, with which a segment may begin.
    fn counted(pictures: impl IntoIterator<Item = (u64, RandomAccess)>) -> Vec<u64> {
        let mut random_access = RandomAccessPolicy::default();
        let begins = |(second, access): &(u64, RandomAccess)| {
            let at = Moment { wall: UtcMicros(0), mono_us: second * 1_000_000 };
            let counts = random_access.judge(*access, at);
            if counts != RandomAccess::None {
                random_access.taken(counts, at);
            }
            counts != RandomAccess::None
        };
        pictures.into_iter().filter(begins).map(|(second, _)| second).collect()
    }

    /// `access` each second from `from` on, replaced by `instead` at the seconds divisible by `every`.
    fn stream(
        access: RandomAccess,
        instead: RandomAccess,
        every: u64,
        seconds: u64,
    ) -> impl Iterator<Item = (u64, RandomAccess)> {
        (0..seconds).map(move |second| (second, if second % every == 0 { instead } else { access }))
    }

    #[test]
    fn pictures_between_those_that_are_whole_do_not_count() {
        for (between, every) in [
            (RandomAccess::Gradual, 2),
            (RandomAccess::Gradual, 4),
            (RandomAccess::Intra, 2),
            (RandomAccess::Intra, 10),
        ] {
            for whole in [RandomAccess::Key, RandomAccess::Exact] {
                let expected: Vec<u64> = (0..40).step_by(every).collect();
                let found = counted(stream(between, whole, every as u64, 40));
                assert_eq!(found, expected, "{between:?} between {whole:?} each {every} s");
            }
        }
    }

    #[test]
    fn gradual_refresh_alone_counts_from_the_first_on() {
        assert_eq!(counted(stream(RandomAccess::None, RandomAccess::Gradual, 2, 10)), [0, 2, 4, 6, 8]);
    }

    #[test]
    fn where_whole_pictures_come_late_or_end_the_next_best_counts_after_its_time() {
        let ends =
            [(0, RandomAccess::Key)].into_iter().chain((1..12).map(|second| (second, RandomAccess::Gradual)));
        assert_eq!(counted(ends), [0, 4, 5, 6, 7, 8, 9, 10, 11]);
        let ends =
            [(0, RandomAccess::Key)].into_iter().chain((1..40).map(|second| (second, RandomAccess::Intra)));
        assert_eq!(counted(ends), [0, 12, 24, 36]);
    }

    #[test]
    fn intra_pictures_alone_are_shown_after_four_seconds_and_then_each_twelve() {
        assert_eq!(counted((0..30).map(|second| (second, RandomAccess::Intra))), [4, 16, 28]);
        assert_eq!(counted((0..30).map(|second| (second, RandomAccess::None))), [0; 0]);
    }
}
