/**
 * Folding for search: one skeleton for the spellings of a name, whatever keyboard they were typed on. The centre folds
 * stations by the same rules (`crates/election/src/text/fold.rs`, which says why each of them is there).
 */

/** Latin letters that stand for another; all others stand for themselves. */
const LATIN: Record<string, string> = { ə: 'a', e: 'a', ı: 'i', q: 'g', x: 'k', w: 'v' };

/** How a Cyrillic letter sounds, those of the Azerbaijani Cyrillic alphabet among them. */
const CYRILLIC: Record<string, string> = {
  а: 'a', э: 'a', ә: 'a', б: 'b', в: 'v', г: 'g', ғ: 'g', ҝ: 'g', д: 'd', ж: 'j', з: 'z', и: 'i', ы: 'i', і: 'i', й: 'y', ј: 'y',
  к: 'k', х: 'k', л: 'l', м: 'm', н: 'n', о: 'o', ө: 'o', п: 'p', р: 'r', с: 's', ш: 's', щ: 's', ц: 's', т: 't', у: 'u', ү: 'u',
  ф: 'f', һ: 'h', ч: 'c', ҹ: 'c',
};
const IOTATED: Record<string, string> = { е: 'a', ё: 'o', ю: 'u', я: 'a' };

const SILENT = /[\p{M}'’ʼ`ъь]/u;
const WORD = /[\p{Alphabetic}\p{N}]/u;
/** After these, and at the beginning of a word, an iotated letter is heard with its y. */
const NOT_CONSONANTS = 'аеёиоуыэюяьъіәөү';

/** The letters of a text, composed signs taken apart where their parts mean the same. */
function lettersOf(text: string): string[] {
  return Array.from(text.normalize('NFC').toLowerCase()).flatMap((letter) =>
    'йё№'.includes(letter) ? [letter] : Array.from(letter.normalize('NFKD').toLowerCase()));
}

/** Words of `a`–`z` and digits, separated by single spaces; letters of other scripts are kept. Folding twice changes nothing. */
export function fold(text: string): string {
  let out = '';
  let gap = false;
  /** The letter before this one, where it decides how this one sounds. */
  let before = '';
  const put = (letter: string) => {
    out += gap && out ? ` ${letter}` : letter;
    gap = false;
  };
  // The h of sh, ch, gh and kh only says how the letter before it sounds.
  const latin = (letter: string) => {
    if (letter !== 'h' || gap || !/[scgk]$/.test(out)) put(LATIN[letter] ?? letter);
  };
  for (const letter of lettersOf(text)) {
    if (SILENT.test(letter)) continue;
    if (!WORD.test(letter)) {
      [gap, before] = [true, ''];
      continue;
    }
    const iotated = IOTATED[letter];
    const sound = CYRILLIC[letter];
    if (letter === 'ж' && before === 'д') out = `${out.slice(0, -1)}c`;
    else if (iotated) {
      if (!before || NOT_CONSONANTS.includes(before)) put('y');
      put(iotated);
    } else if (sound) latin(sound);
    else latin(letter);
    before = letter;
  }
  return out;
}

/** Words of full names that do not help to identify a station. */
const FILLERS = new Set(fold(
  `saylı nömrəli nömrə seçki dairəsi dairəsinin dairə məntəqəsi məntəqəsinin məntəqə cü ci cı cu no
  polling station constituency number of the избирательный избирательного участок участка округ округа номер`,
).split(' '));

/** All texts of a row as one, for `matches`. Made once per row, not at each key. */
export function readings(...texts: (string | null | undefined)[]): string {
  return texts.filter(Boolean).map((text) => ` ${fold(text ?? '')} `).join('');
}

/** The significant words of a query. Numbers typed as one stay one: `7/12` is no other station with a 7 and a 12. */
export function askedWords(query: string): string[] {
  return query.split(/\s+/).flatMap((part) => (/^\d+([/-]\d+)+$/.test(part) ? [fold(part)] : fold(part).split(' '))).filter((word) => word && !FILLERS.has(word));
}
