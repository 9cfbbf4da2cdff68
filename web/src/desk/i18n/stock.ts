/** What the pages of devices say. */

import type { Lang } from '../../lib/route';
import { grouped } from '../../parts/names';

const az = {
  title: 'Avadanlıq', lede: 'Hər cihazın kimdə olduğu və oraya necə gəldiyi. Cihaz eyni vaxtda iki yerdə ola bilməz.', find: 'Seriya nömrəsi, növ, ad', where: 'Harada', places: { stock: 'Anbarda', station: 'Məntəqədə', person: 'Şəxsdə' }, shown: (n: number, all: number) => `Göstərilir: ${grouped(n)} / ${grouped(all)} cihaz`, nothing: 'Belə cihaz yoxdur.',
  serial: 'Seriya nömrəsi', serialHelp: 'Latın hərfləri, rəqəmlər və işarələr, boşluqsuz.', kind: 'Növ', note: 'Qeyd', needed: 'Bu sahəni doldurun.', station: 'Məntəqə', stationHelp: 'məsələn 7/12', stationWrong: 'Məntəqənin nömrəsini 7/12 kimi yazın.', person: 'Şəxsin adı',
  add: 'Cihaz əlavə et', handOver: 'Təhvil ver', to: 'Kimə', takeBack: 'Anbara qaytar', wipe: 'Silindiyini yaz', wiped: 'Məlumat silinib', notWiped: 'Məlumat silinməyib', spare: 'Ehtiyat təyin et', spareFor: (id: string) => `${id} üçün ehtiyat`, noSpare: 'Ehtiyatdan çıxar', since: 'Başlanğıc', acts: 'Əməliyyatlar və tarixçə', actsOf: (serial: string) => `${serial}: əməliyyatlar və tarixçə`, history: 'Tarixçə', noHistory: 'Hələ hərəkət olmayıb.', wipedThere: 'məlumat silindi', done: 'Yazıldı.',
};
export type StockTexts = typeof az;

const en: StockTexts = {
  title: 'Devices', lede: 'Who has each device, and how it came there. A device is never at two places.', find: 'Serial number, kind, name', where: 'Where', places: { stock: 'In stock', station: 'At a station', person: 'With a person' }, shown: (n, all) => `Shown: ${grouped(n)} of ${grouped(all)} devices`, nothing: 'There is no such device.',
  serial: 'Serial number', serialHelp: 'Latin letters, digits and signs, without spaces.', kind: 'Kind', note: 'Note', needed: 'Fill in this field.', station: 'Station', stationHelp: 'such as 7/12', stationWrong: 'Write the number of the station as 7/12.', person: 'Name of the person',
  add: 'Add a device', handOver: 'Hand over', to: 'To', takeBack: 'Take back into the stock', wipe: 'Record that it was wiped', wiped: 'Wiped', notWiped: 'Not wiped', spare: 'Make it a spare', spareFor: (id) => `Spare for ${id}`, noSpare: 'No spare any more', since: 'Since', acts: 'Acts and history', actsOf: (serial) => `${serial}: acts and history`, history: 'History', noHistory: 'It has not moved yet.', wipedThere: 'wiped', done: 'Recorded.',
};

const ru: StockTexts = {
  title: 'Оборудование', lede: 'У кого каждое устройство и как оно туда попало. Устройство не бывает в двух местах сразу.', find: 'Серийный номер, вид, имя', where: 'Где', places: { stock: 'На складе', station: 'На участке', person: 'У человека' }, shown: (n, all) => `Показано устройств: ${grouped(n)} из ${grouped(all)}`, nothing: 'Таких устройств нет.',
  serial: 'Серийный номер', serialHelp: 'Латинские буквы, цифры и знаки, без пробелов.', kind: 'Вид', note: 'Примечание', needed: 'Заполните это поле.', station: 'Участок', stationHelp: 'например 7/12', stationWrong: 'Напишите номер участка так: 7/12.', person: 'Имя человека',
  add: 'Добавить устройство', handOver: 'Передать', to: 'Кому', takeBack: 'Вернуть на склад', wipe: 'Записать, что данные стёрты', wiped: 'Данные стёрты', notWiped: 'Данные не стёрты', spare: 'Назначить запасным', spareFor: (id) => `Запасное для ${id}`, noSpare: 'Больше не запасное', since: 'С', acts: 'Действия и история', actsOf: (serial) => `${serial}: действия и история`, history: 'История', noHistory: 'Перемещений ещё не было.', wipedThere: 'данные стёрты', done: 'Записано.',
};

export const stockTexts: Record<Lang, StockTexts> = { az, en, ru };
