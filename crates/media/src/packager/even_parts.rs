//! Even parts: if a segment's length is known in advance, its parts are made of equal length, so that no short one is
//! left over.

/// Targets are declared in steps of 10 ms, in ticks.
const ROUNDING: i64 = 900;

/// How a segment of known length is divided, in ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct EvenParts {
    length: i64,
    parts: i64,
    longest: i64,
}

impl EvenParts {
    /// Divides a segment of `length`, whose pictures most likely last `picture` each, into the fewest parts of at most
    /// `longest`. `None` if the parts would be too short for players: under 85 % of the declared target, which is
    /// `target` or the longest part (draft, 4.4.4.9).
    pub(super) fn divide(length: i64, picture: i64, target: i64, longest: i64) -> Option<Self> {
        let picture = picture.max(1);
        let pictures = (length + picture / 2) / picture;
        let in_longest = longest / picture;
        if pictures <= 0 || in_longest <= 0 {
            return None;
        }
        let parts = (pictures + in_longest - 1) / in_longest;
        let shortest = pictures / parts * picture;
        let declared = target.max((pictures + parts - 1) / parts * picture) + ROUNDING;
        (parts > 1 && shortest * 100 >= declared * 85).then_some(Self { length, parts, longest })
    }

    /// Upper bound on the length of a part.
    pub(super) const fn longest(&self) -> i64 {
        self.longest
    }

    /// Whether a part that began at `start` of the segment and now reaches to `end` is to be closed, given pictures
    /// that last `picture`. The last part stays open: the segment's end closes it.
    pub(super) const fn is_full(&self, start: i64, end: i64, picture: i64) -> bool {
        // The boundary nearest to the start is behind it, or equal to it.
        let index = (2 * start * self.parts + self.length) / (2 * self.length) + 1;
        let is_last = index >= self.parts;
        let at_boundary = (end * 2 + picture) * self.parts >= 2 * index * self.length;
        !is_last && (at_boundary || end - start + picture > self.longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET: i64 = 45_000;
    const LONGEST: i64 = 48_600;

    /// Lengths of the parts of a segment with this many pictures of equal length, in pictures.
    fn cut(pictures: i64, picture: i64) -> Option<Vec<i64>> {
        let even = EvenParts::divide(pictures * picture, picture, TARGET, LONGEST)?;
        let (mut parts, mut start) = (Vec::new(), 0);
        for number in 1..=pictures {
            let end = number * picture;
            if number == pictures || even.is_full(start, end, picture) {
                assert!(end - start <= LONGEST, "{pictures} of {picture}");
                parts.push((end - start) / picture);
                start = end;
            }
        }
        Some(parts)
    }

    #[test]
    fn what_cameras_send_most_is_divided_evenly() {
        assert_eq!(cut(50, 3600), Some(vec![12, 13, 12, 13]), "25 a second, keyframe each 2 s");
        assert_eq!(cut(60, 3000), Some(vec![15; 4]), "30 a second");
        assert_eq!(cut(60, 3003), Some(vec![15; 4]), "29.97 a second");
        assert_eq!(cut(40, 4500), Some(vec![10; 4]), "20 a second");
        assert_eq!(cut(30, 6000), Some(vec![7, 8, 7, 8]), "15 a second");
        assert_eq!(cut(20, 9000), Some(vec![5; 4]), "10 a second");
        assert_eq!(cut(100, 3600), Some([12, 13].repeat(4)), "keyframe each 4 s");
    }

    #[test]
    fn what_cannot_be_even_is_left_as_it_is() {
        assert_eq!(cut(53, 3600), None, "five parts of 0.42 s would be too short");
        assert_eq!(cut(10, 18_000), None, "5 a second");
        assert_eq!(cut(2, 90_000), None, "one a second");
        assert_eq!(cut(12, 3600), None, "one part");
    }

    #[test]
    fn any_rhythm_gives_parts_that_may_be_listed() {
        for picture in 700..50_000 {
            for pictures in [1, 2, 7, 49, 50, 51, 60, 100, 396_000 / picture] {
                let Some(parts) = cut(pictures, picture) else { continue };
                assert_eq!(parts.iter().sum::<i64>(), pictures);
                let shortest = parts.iter().min().unwrap() * picture;
                let longest = parts.iter().max().unwrap() * picture;
                let declared = longest.max(TARGET);
                assert!(shortest * 100 >= declared * 85, "{pictures} of {picture}: {parts:?}");
            }
        }
    }
}
