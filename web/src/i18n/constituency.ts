/** What only the page of a constituency says. */

import type { Lang } from '../lib/route';
import { grouped } from '../parts/names';
import { inRussian } from './numbers';

export interface ConstituencyTexts {
  order: string; byNumber: string; worstFirst: string; sideBySide: string; sideBySideSome: (n: number) => string;
  moment: string; /** `minutes`: how far an arrow goes. */ momentHelp: (minutes: number) => string; now: string; toNow: string; back: string; forth: string;
  /** What the page shows at a moment of the past. */
  atMoment: (time: string, span: string) => string; atNow: string;
  /** Before the minutes of several cameras. */
  together: (cameras: number) => string;
}

export const constituencyTexts: Record<Lang, ConstituencyTexts> = {
  az: {
    order: 'Sıra', byNumber: 'Nömrə ilə', worstFirst: 'Ən pisi əvvəl',
    sideBySide: 'Bunlara yan-yana baxın', sideBySideSome: (n) => `İlk ${n} məntəqəyə yan-yana baxın`,
    moment: 'Günün anı', momentHelp: (minutes) => `Sol və sağ ox ${minutes === 5 ? 'beş' : minutes} dəqiqə, Home günün əvvəli, End indi.`,
    now: 'indi', toNow: 'İndi', back: '−10 dəq', forth: '+10 dəq',
    atMoment: (time, span) => `Bu, indiki an deyil. Kadrlar: ${time}. Vəziyyət: ${span} aralığının ən pisi.`,
    atNow: 'Bu, indiki andır. Əvvəlki ana baxmaq üçün dəstəyi sürüşdürün və ya zolağa toxunun.',
    together: (n) => `${grouped(n)} kamera birlikdə: `,
  },
  en: {
    order: 'Order', byNumber: 'By number', worstFirst: 'Worst first',
    sideBySide: 'Watch these side by side', sideBySideSome: (n) => `Watch the first ${n} side by side`,
    moment: 'Moment of the day', momentHelp: (minutes) => `Left and right arrow ${minutes === 5 ? 'five' : minutes} minutes, Home the start of the day, End now.`,
    now: 'now', toNow: 'Now', back: '−10 min', forth: '+10 min',
    atMoment: (time, span) => `This is not now. Pictures: ${time}. State: the worst of ${span}.`,
    atNow: 'This is now. To see an earlier moment, move the handle or touch a bar.',
    together: (n) => `${grouped(n)} cameras together: `,
  },
  ru: {
    order: 'Порядок', byNumber: 'По номеру', worstFirst: 'Сначала худшее',
    sideBySide: 'Смотреть их рядом', sideBySideSome: (n) => `Смотреть рядом первые ${n}`,
    moment: 'Момент дня', momentHelp: (minutes) => `Стрелки влево и вправо — ${minutes === 5 ? 'пять' : minutes} минут, Home — начало дня, End — сейчас.`,
    now: 'сейчас', toNow: 'Сейчас', back: '−10 мин', forth: '+10 мин',
    atMoment: (time, span) => `Это не сейчас. Кадры: ${time}. Состояние: худшее за ${span}.`,
    atNow: 'Это сейчас. Чтобы увидеть более ранний момент, передвиньте ручку или коснитесь полосы.',
    together: (n) => `${inRussian(n, 'камера', 'камеры', 'камер')} вместе: `,
  },
};
