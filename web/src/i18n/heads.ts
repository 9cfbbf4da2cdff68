/**
 * What the head of each page says before any script runs: its title, and the sentence that is shown where its link is shared.
 * `{id}`, `{venue}`, `{name}` and `{time}` are put in by the server. Used when the pages are built, not in the browser.
 */

import type { Lang, Route } from '../lib/route';

export interface Head { title: string; description: string }
/** `moment`: a station at a moment of its day. */
export type HeadOf = Route['page'] | 'moment';

export const heads: Record<Lang, Record<HeadOf, Head>> = {
  az: {
    home: { title: 'Aşkar: seçki məntəqələri göz önündə', description: 'Seçki məntəqəsini canlı izləyin və ya günün istənilən anına qayıdın. Görüntüsü olmayan dəqiqələr də göstərilir.' },
    station: { title: '{id} · {venue} · Aşkar', description: '{name}. Canlı görüntü və günün hər dəqiqəsi.' },
    moment: { title: '{id}, {time} · {venue} · Aşkar', description: '{name}. Kameranın göstərdiyi an: {time}.' },
    constituency: { title: '{name} · Aşkar', description: '{name}: bütün məntəqələrin kadrları və günü.' },
    list: { title: 'Kameralı məntəqələrin siyahısı · Aşkar', description: 'Veb-kamera quraşdırılmış seçki məntəqələrinin siyahısı, nəşrləri və onların fərqləri.' },
    status: { title: 'Məntəqələrin vəziyyəti · Aşkar', description: 'Hər məntəqə üzrə canlı, gec gəlmiş, çatışmayan və gizlədilmiş dəqiqələr, səbəbləri ilə.' },
    completeness: { title: 'Günün tamlığı · Aşkar', description: 'Verilməli olandan nə gəlib, nə gəlməyib; heç bir görüntüsü olmayan məntəqələr adları ilə.' },
    watch: { title: 'Bir neçə məntəqə yan-yana · Aşkar', description: 'İki, dörd, doqquz və ya on altı məntəqəni eyni vaxtda izləyin.' },
    count: { title: 'Bülletenləri sayın · Aşkar', description: 'Qutuya atılan bülletenləri özünüz sayın və rəsmi seçici fəallığı ilə müqayisə edin.' },
    about: { title: 'Aşkar haqqında', description: 'Aşkar nədir, kim nəyi görür, yazılar nə qədər saxlanılır və nə edilmir.' },
    unknown: { title: 'Belə səhifə yoxdur · Aşkar', description: 'Keçid köhnə və ya səhv yazılmış ola bilər.' },
  },
  en: {
    home: { title: 'Aşkar: polling stations in plain view', description: 'Watch a polling station live, or go back to any moment of the day. Minutes without a picture are shown too.' },
    station: { title: '{id} · {venue} · Aşkar', description: '{name}. The live picture, and every minute of the day.' },
    moment: { title: '{id}, {time} · {venue} · Aşkar', description: '{name}. What the camera showed at {time}.' },
    constituency: { title: '{name} · Aşkar', description: '{name}: the pictures and the day of all its stations.' },
    list: { title: 'List of stations with cameras · Aşkar', description: 'The list of polling stations with webcams, its versions and their differences.' },
    status: { title: 'Status of the stations · Aşkar', description: 'Live, late, missing and hidden minutes of every station, with their causes.' },
    completeness: { title: 'Completeness of the day · Aşkar', description: 'How much of what was owed has arrived; the stations without any video, by name.' },
    watch: { title: 'Several stations side by side · Aşkar', description: 'Watch two, four, nine or sixteen stations at once.' },
    count: { title: 'Count the ballots · Aşkar', description: 'Count the ballots that go into the box yourself, and compare them with the official turnout.' },
    about: { title: 'About Aşkar', description: 'What Aşkar is, who sees what, how long recordings are kept, and what is not done.' },
    unknown: { title: 'There is no such page · Aşkar', description: 'The link may be old or mistyped.' },
  },
  ru: {
    home: { title: 'Aşkar: избирательные участки на виду', description: 'Смотрите избирательный участок в прямом эфире или вернитесь к любому моменту дня. Минуты без изображения тоже показаны.' },
    station: { title: '{id} · {venue} · Aşkar', description: '{name}. Прямой эфир и каждая минута дня.' },
    moment: { title: '{id}, {time} · {venue} · Aşkar', description: '{name}. Что показывала камера в {time}.' },
    constituency: { title: '{name} · Aşkar', description: '{name}: изображения и день всех участков.' },
    list: { title: 'Список участков с камерами · Aşkar', description: 'Список избирательных участков с веб-камерами, его редакции и их различия.' },
    status: { title: 'Состояние участков · Aşkar', description: 'Минуты каждого участка: в эфире, пришедшие позже, отсутствующие и скрытые, с причинами.' },
    completeness: { title: 'Полнота дня · Aşkar', description: 'Что из ожидавшегося пришло, а что нет; участки без какого-либо видео поимённо.' },
    watch: { title: 'Несколько участков рядом · Aşkar', description: 'Смотрите два, четыре, девять или шестнадцать участков одновременно.' },
    count: { title: 'Считать бюллетени · Aşkar', description: 'Считайте опущенные в урну бюллетени сами и сравните с официальной явкой.' },
    about: { title: 'Об Aşkar', description: 'Что такое Aşkar, кто что видит, сколько хранятся записи и чего здесь не делают.' },
    unknown: { title: 'Такой страницы нет · Aşkar', description: 'Ссылка могла устареть или содержать опечатку.' },
  },
};

/** For visitors without scripts; the list follows it. */
export const noScript: Record<Lang, string> = {
  az: 'Canlı görüntü və günün təkrarı üçün JavaScript lazımdır. Məntəqələrin siyahısı onsuz da açılır:',
  en: 'The live picture and the replay need JavaScript. The list of stations opens without it:',
  ru: 'Для прямого эфира и повтора нужен JavaScript. Список участков открывается и без него:',
};
