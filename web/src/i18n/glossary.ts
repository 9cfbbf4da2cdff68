/**
 * One term for one thing, after the Election Code and as people speak. A test reads all texts of the pages: the term of each language
 * is used, and earlier wordings, or words that belong to something else, do not come back.
 *
 * In Azerbaijani, buttons use the short form (`Dayandır`, `Saymanı sil`); links and sentences use the polite one (`baxın`, `sayın`).
 */

import type { Lang } from '../lib/route';

export interface Term { thing: string; words: Partial<Record<Lang, { say: RegExp; not?: RegExp }>> }

export const GLOSSARY: readonly Term[] = [
  { thing: 'the picture of a camera', words: { az: { say: /görüntü/iu, not: /şəkil|şəkl/iu }, ru: { say: /изображени/iu } } },
  { thing: 'a still', words: { az: { say: /kadr/iu, not: /tək-tək/iu }, ru: { say: /кадр/iu, not: /снимк|снимок/iu } } },
  { thing: 'without a picture', words: { az: { say: /görüntüsü olmayan/iu, not: /görünməyən/iu } } },
  { thing: 'a gap', words: { az: { say: /boşlu[qğ]/iu, not: /boşluq (düyməsi|və ya b)/iu }, ru: { say: /пропуск/iu, not: /(?<!«)пробел(?!»)/iu } } },
  { thing: 'the space bar', words: { az: { say: /Space/u }, ru: { say: /клавиша «пробел»/iu } } },
  { thing: 'nothing is missing', words: { az: { say: /hələlik çatışmayan dəqiqə yoxdur/iu, not: /heç bir dəqiqə çatışmır/iu } } },
  { thing: 'a state', words: { az: { say: /vəziyyət/iu, not: /(?<!\p{L})hal(ı|ın|ının|ını|a|da|dan|lar\p{L}*)?(?!\p{L})/iu }, ru: { say: /состояни/iu } } },
  { thing: 'the mobile box', words: { az: { say: /daşınan seçki qutusu/iu, not: /səyyar/iu }, ru: { say: /переносная урна/iu } } },
  { thing: 'the stationary box', words: { az: { say: /daşınmaz seçki qutusu/iu, not: /stasionar/iu }, ru: { say: /стационарная урна/iu } } },
  { thing: 'unused ballots', words: { az: { say: /[İi]stifadə edilməmiş seçki bülletenləri/iu, not: /[İi]stifadə olunmamış/iu }, ru: { say: /неиспользованные бюллетени/iu } } },
  { thing: 'the final protocol', words: { az: { say: /yekun protokol/iu, not: /protokolu? tamamlan/iu }, ru: { say: /итоговый протокол|итогового протокола/iu, not: /протокол заполнен|заполнен протокол/iu } } },
  { thing: 'voting has ended', words: { az: { say: /səsvermə bitdi/iu, not: /^bağlandı$/iu } } },
  { thing: 'constituency no. 7', words: { az: { say: /saylı dairə/iu, not: /nömrəli dairə/iu }, ru: { say: /округ № /iu } } },
  { thing: 'counting', words: { az: { say: /bülletenləri sayın/iu, not: /mənimlə say|seçiciləri sayın|tutuşdur/iu }, ru: { say: /считать бюллетени/iu, not: /вместе, |считать вместе|считайте вместе|со мной|считать избирателей/iu }, en: { say: /count the ballots/iu, not: /count with me|count voters/iu } } },
  { thing: 'forgetting a count', words: { az: { say: /saymanı sil/iu, not: /sayı unut/iu }, ru: { say: /удалить подсчёт/iu, not: /забыть подсчёт/iu } } },
  { thing: 'a ballot goes in', words: { az: { say: /bülleten atıldı/iu, not: /bülleten qutuda/iu } } },
  { thing: 'automatic', words: { az: { say: /avtomatik/iu, not: /özü seçir/iu }, ru: { say: /автоматически/iu } } },
  { thing: 'at random', words: { az: { say: /təsadüfi/iu, not: /püşk/iu }, ru: { say: /случайн/iu, not: /жреби|наугад/iu } } },
  { thing: 'the centre’s server did not work', words: { az: { say: /serveri işləməyib/iu, not: /işləmirdi/iu } } },
  { thing: 'behind live', words: { ru: { say: /отставание от эфира/iu, not: /мин от прямого эфира|\} от прямого эфира/iu } } },
  { thing: 'go to live', words: { az: { say: /canlıya keç/iu }, ru: { say: /к прямому эфиру/iu, not: /к эфиру/iu } } },
  { thing: 'camera minutes', words: { az: { say: /kamera-dəqiqə/iu }, ru: { say: /минуты видео по всем камерам/iu, not: /минут[аы]? камер/iu } } },
  { thing: 'the source sends nothing', words: { ru: { say: /камера не передаёт изображение/iu, not: /замолчал|снова начнёт передавать/iu } } },
  { thing: 'a rehearsal', words: { az: { say: /məşq/iu }, ru: { say: /репетиц/iu }, en: { say: /rehearsal/iu } } },
  { thing: 'a sample', words: { az: { say: /nümunə/iu }, ru: { say: /образец/iu, not: /учебн/iu } } },
  { thing: 'times with an ending', words: { az: { say: /kameranın göstərdiyi an/iu, not: /\}-(da|də|dan|dən|a|ə|ya|yə)(?!\p{L})/iu } } },
];
