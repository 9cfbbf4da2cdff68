//! Whether the wall clock is disciplined, according to the kernel (`adjtimex(2)`).
//!
//! Every evidence record carries the answer: a time from an undisciplined clock proves less. In: nothing. Out: a
//! [`ClockState`]. What must never happen: a changed clock; only the reading mode of the call is used.

use std::mem::MaybeUninit;

use ashkar_terms::ClockState;

/// Asks the kernel. Needs no privilege, and takes less than a microsecond.
///
/// ```
/// use ashkar_terms::ClockState;
///
/// let state = ashkar_kernel_clock::state();
/// assert!(matches!(state, ClockState::Unknown | ClockState::Synchronised | ClockState::Unsynchronised));
/// ```
pub fn state() -> ClockState {
    let mut timex = MaybeUninit::<libc::timex>::zeroed();
    // SAFETY: the pointer is to a complete `timex` owned by this function; `modes` is 0, so the kernel changes nothing
    // and only fills in the struct.
    let answer = unsafe { libc::adjtimex(timex.as_mut_ptr()) };
    // SAFETY: `timex` holds only integers, for which zeros are valid, whether the call filled it in or failed.
    let timex = unsafe { timex.assume_init() };
    told(answer, timex.status)
}

/// `TIME_ERROR` is also returned if a reference such as a PPS signal was lost.
const fn told(answer: libc::c_int, status: libc::c_int) -> ClockState {
    match answer {
        ..0 => ClockState::Unknown,
        libc::TIME_ERROR => ClockState::Unsynchronised,
        _ if status & libc::STA_UNSYNC != 0 => ClockState::Unsynchronised,
        _ => ClockState::Synchronised,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_answers() {
        assert_ne!(state(), ClockState::Unknown);
    }

    #[test]
    fn an_answer_is_read_as_the_manual_says() {
        assert_eq!(told(-1, 0), ClockState::Unknown);
        assert_eq!(told(libc::TIME_OK, libc::STA_PLL), ClockState::Synchronised);
        assert_eq!(told(libc::TIME_OK, libc::STA_PLL | libc::STA_UNSYNC), ClockState::Unsynchronised);
        assert_eq!(told(libc::TIME_ERROR, 0), ClockState::Unsynchronised);
        assert_eq!(told(libc::TIME_INS, 0), ClockState::Synchronised);
    }
}
