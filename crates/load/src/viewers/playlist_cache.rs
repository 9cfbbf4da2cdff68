//! What all viewers of a camera in this process share: each playlist is parsed once, however many get it.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::rc::Rc;

use flate2::read::GzDecoder;

use super::playlist::{Listing, MAX_PLAYLIST_BYTES, Place, PlaylistError};

/// Different bodies that are kept: full and delta, of the last two states.
const MAX_BODIES: usize = 4;
/// Maximum number of parts whose first sighting is kept.
const MAX_SIGHTINGS: usize = 4096;

/// The playlists of one camera, as anyone in this process has seen them.
#[derive(Debug, Default)]
pub(super) struct PlaylistCache {
    /// Newest first.
    bodies: VecDeque<(Box<[u8]>, Rc<Listing>)>,
    sightings: BTreeMap<Place, u64>,
}

impl PlaylistCache {
    /// The contents of a body. One that came before costs a comparison.
    pub(super) fn read(
        &mut self,
        body: &[u8],
        gzip: bool,
        now_us: u64,
    ) -> Result<Rc<Listing>, PlaylistError> {
        if let Some((_, known)) = self.bodies.iter().find(|(known, _)| **known == *body) {
            return Ok(Rc::clone(known));
        }
        let mut listing = if gzip { Listing::read(&unpack(body)?)? } else { Listing::read(body)? };
        self.sight(&mut listing, now_us);
        let listing = Rc::new(listing);
        self.bodies.truncate(MAX_BODIES - 1);
        self.bodies.push_front((body.into(), Rc::clone(&listing)));
        Ok(listing)
    }

    /// Records what nobody saw before, and sets since when the rest is known.
    fn sight(&mut self, listing: &mut Listing, now_us: u64) {
        for item in &mut listing.items {
            item.seen_us = *self.sightings.entry(item.place).or_insert(now_us);
        }
        while self.sightings.len() > MAX_SIGHTINGS {
            self.sightings.pop_first();
        }
    }
}

fn unpack(body: &[u8]) -> Result<Vec<u8>, PlaylistError> {
    let mut text = Vec::new();
    let mut limited = GzDecoder::new(body).take(MAX_PLAYLIST_BYTES + 1);
    limited.read_to_end(&mut text).map_err(|_| PlaylistError::NotAPlaylist)?;
    if text.len() as u64 > MAX_PLAYLIST_BYTES { Err(PlaylistError::TooLong) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use super::super::playlist::tests::playlist;
    use super::*;
    use std::io::Write;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_body_is_read_once_and_remembers_who_saw_what_first() {
        let mut playlists = PlaylistCache::default();
        let text = playlist(10, 3, 1, &[], 0);
        let first = playlists.read(text.as_bytes(), false, 100).unwrap();
        let again = playlists.read(text.as_bytes(), false, 200).unwrap();
        assert!(Rc::ptr_eq(&first, &again));
        let delta = playlists.read(&packed(playlist(10, 3, 2, &[], 2).as_bytes()), true, 300).unwrap();
        let seen: Vec<_> = delta.items.iter().rev().take(2).map(|item| (item.place, item.seen_us)).collect();
        assert_eq!(seen, [((13, 1), 300), ((13, 0), 100)]);
    }

    #[test]
    fn memory_is_bounded() {
        let mut playlists = PlaylistCache::default();
        for number in 0..3000 {
            playlists.read(playlist(number * 10, 3, 1, &[], 0).as_bytes(), false, 0).unwrap();
        }
        assert!(playlists.sightings.len() <= MAX_SIGHTINGS && playlists.bodies.len() <= MAX_BODIES);
        let bomb = packed(&vec![b' '; 2 * MAX_PLAYLIST_BYTES as usize]);
        assert_eq!(playlists.read(&bomb, true, 0), Err(PlaylistError::TooLong));
        assert_eq!(playlists.read(b"no gzip", true, 0), Err(PlaylistError::NotAPlaylist));
    }
}
