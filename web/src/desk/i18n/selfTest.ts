/** What the chair's page says. */

import type { Lang } from '../../lib/route';

const az = {
  title: 'Məntəqənizin kamerasını yoxlayın', lede: 'Görüntüyə baxın və üç suala cavab verin.', noLink: 'Keçid tam deyil. Vərəqdəki keçidi bütöv yazın və ya kodu yenidən oxudun.',
  picture: 'İndiki görüntü', pictureOf: (n: number) => `${n} nömrəli kameranın indiki görüntüsü`, none: 'Kamera indi görüntü göndərmir. Cavab verməzdən əvvəl texnikə zəng edin.', noCamera: 'Məntəqənin kamerası hələ qoşulmayıb.', lost: 'Görüntü yenilənmir: serverlə əlaqə yoxdur.',
  room: 'Bu, sizin otağınızdır?', boxAndTables: 'Seçki qutusu və masalar görünür?', booth: 'Səsvermə kabinəsi görünür?', missing: 'Bəli və ya xeyr seçin.', send: 'Cavabları göndər', thanks: 'Sağ olun!', done: 'Cavablarınız komissiyaya çatdı. Səhifəni bağlaya bilərsiniz.', again: 'Yenidən yoxla',
};
export type SelfTestTexts = typeof az;

const en: SelfTestTexts = {
  title: 'Check the camera of your station', lede: 'Look at the picture and answer three questions.', noLink: 'The link is not whole. Enter all of the link on the sheet, or scan the code again.',
  picture: 'The picture now', pictureOf: (n) => `The present picture of camera ${n}`, none: 'The camera sends no picture now. Call the technician before you answer.', noCamera: 'The station’s camera is not connected yet.', lost: 'The picture is not renewed: the server does not answer.',
  room: 'Is this your room?', boxAndTables: 'Do you see the ballot box and the tables?', booth: 'Do you see a voting booth?', missing: 'Choose yes or no.', send: 'Send the answers', thanks: 'Thank you!', done: 'Your answers have reached the commission. You can close this page.', again: 'Check again',
};

const ru: SelfTestTexts = {
  title: 'Проверьте камеру своего участка', lede: 'Посмотрите на изображение и ответьте на три вопроса.', noLink: 'Ссылка неполная. Введите ссылку с листа целиком или отсканируйте код ещё раз.',
  picture: 'Изображение сейчас', pictureOf: (n) => `Нынешнее изображение камеры ${n}`, none: 'Сейчас камера не передаёт изображение. Прежде чем отвечать, позвоните технику.', noCamera: 'Камера участка ещё не подключена.', lost: 'Изображение не обновляется: сервер не отвечает.',
  room: 'Это ваше помещение?', boxAndTables: 'Видны ли урна и столы?', booth: 'Видна ли кабина для голосования?', missing: 'Выберите «да» или «нет».', send: 'Отправить ответы', thanks: 'Спасибо!', done: 'Ваши ответы получены комиссией. Страницу можно закрыть.', again: 'Проверить ещё раз',
};

export const selfTestTexts: Record<Lang, SelfTestTexts> = { az, en, ru };
