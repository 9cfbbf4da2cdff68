/** What the technician's page says. */

import type { Lang } from '../../lib/route';

const az = {
  title: (id: string) => `${id}: yoxlama`, lede: 'Yazdıqlarınız əvvəlcə bu telefonda saxlanılır və xətt olanda özü göndərilir. Göndərilənədək səhifə açıq qalsın və ya sonra yenidən açılsın.',
  unsent: (n: number) => `Göndərilməyib: ${n}`, allSent: 'Hamısı göndərilib.', sendingNow: 'Göndərilir…', later: 'Xətt yoxdur və ya server cavab vermir. Heç nə itməyib: özü yenidən cəhd ediləcək.', signedOut: 'Göndərmək üçün yenidən daxil olun. Heç nə itməyib.', signIn: 'Daxil ol', held: 'şəklini gözləyir', refused: 'Server qəbul etmədi:', broken: 'Bu brauzer məlumatı telefonda saxlaya bilmir. Məxfi pəncərəni bağlayın və ya başqa brauzer açın.',
  sendNow: 'İndi göndər', exportFile: 'Fayl kimi saxla', exportHelp: 'Xətt heç olmasa, faylı komissiyaya verin.', again: 'Yenidən göndər', discard: 'Sil', discardSure: 'Silinsin? Geri qaytarmaq olmaz.', what: { photo: 'Şəkil', finding: 'Yoxlama', acceptance: 'Qəbul', 'acceptance-withdrawn': 'Qəbulun geri götürülməsi', rehearsal: 'Məşq' } as Record<string, string>,
  record: 'Yaz', answer: 'Cavab', note: 'Qeyd', noteHelp: 'Nə gördüyünüzü yazın.', answerMissing: 'Cavabı seçin.', noteMissing: 'Nəyin ödənmədiyini yazın.', up: 'Göndərmə sürəti, Mbit/s', down: 'Qəbul sürəti, Mbit/s', figureMissing: 'Ölçülmüş sürəti yazın, məsələn 4,2.', figureWrong: 'Rəqəm yazın, məsələn 4,2.',
  addPhoto: 'Şəkil əlavə et', photoWorks: 'Şəkil hazırlanır…', photoBad: 'Bu fayl şəkil kimi oxunmadı.', photoMany: 'Bir yoxlamaya ən çoxu on şəkil.', photosNone: 'Şəkil yalnız qorunan ünvanda (https) götürülür.', removePhoto: (n: number) => `${n} nömrəli şəkli çıxar`, photoAlt: (n: number) => `Şəkil ${n}`,
  kept: 'Telefonda saxlanıldı.', notKept: 'Telefonda saxlamaq alınmadı. Yazdıqlarınız bu səhifədədir; yaddaşı boşaldıb yenidən cəhd edin.', lastKnown: 'Serverdə olan', notRenewed: 'Serverdəki vəziyyət yenilənmir: xətt yoxdur.', stationPage: 'Məntəqənin səhifəsi',
};
export type FieldTexts = typeof az;

const en: FieldTexts = {
  title: (id) => `${id}: survey`, lede: 'What you enter is kept on this phone first and sent by itself when there is a line. Until it is sent, leave this page open, or open it again later.',
  unsent: (n) => `Not sent yet: ${n}`, allSent: 'Everything is sent.', sendingNow: 'Sending…', later: 'There is no line, or the server does not answer. Nothing is lost: it is tried again by itself.', signedOut: 'Sign in again to send. Nothing is lost.', signIn: 'Sign in', held: 'waits for its photo', refused: 'The server did not accept it:', broken: 'This browser cannot keep anything on the phone. Close the private window or use another browser.',
  sendNow: 'Send now', exportFile: 'Save as a file', exportHelp: 'If the line never comes, give the file to the commission.', again: 'Send again', discard: 'Delete', discardSure: 'Delete it? It cannot be brought back.', what: { photo: 'Photo', finding: 'Finding', acceptance: 'Acceptance', 'acceptance-withdrawn': 'Withdrawal of the acceptance', rehearsal: 'Rehearsal' },
  record: 'Record', answer: 'Answer', note: 'Note', noteHelp: 'Write what you saw.', answerMissing: 'Choose an answer.', noteMissing: 'Write what is not met.', up: 'Upload, Mbit/s', down: 'Download, Mbit/s', figureMissing: 'Write the speed that was measured, such as 4.2.', figureWrong: 'Write a number, such as 4.2.',
  addPhoto: 'Add a photo', photoWorks: 'The photo is being prepared…', photoBad: 'This file could not be read as a photo.', photoMany: 'A finding has at most ten photos.', photosNone: 'Photos are taken at a secure address (https) only.', removePhoto: (n) => `Take photo ${n} out`, photoAlt: (n) => `Photo ${n}`,
  kept: 'Kept on the phone.', notKept: 'It could not be kept on the phone. What you entered is on this page; free some room and try again.', lastKnown: 'At the server', notRenewed: 'What the server knows is not renewed: there is no line.', stationPage: 'The station’s page',
};

const ru: FieldTexts = {
  title: (id) => `${id}: осмотр`, lede: 'Введённое сначала сохраняется в этом телефоне и отправляется само, когда есть связь. Пока оно не отправлено, не закрывайте страницу или откройте её позже снова.',
  unsent: (n) => `Не отправлено: ${n}`, allSent: 'Всё отправлено.', sendingNow: 'Отправляется…', later: 'Связи нет, или сервер не отвечает. Ничего не потеряно: отправка повторится сама.', signedOut: 'Чтобы отправить, войдите снова. Ничего не потеряно.', signIn: 'Войти', held: 'ждёт своей фотографии', refused: 'Сервер не принял:', broken: 'Этот браузер не может хранить данные в телефоне. Закройте приватное окно или откройте другой браузер.',
  sendNow: 'Отправить сейчас', exportFile: 'Сохранить файлом', exportHelp: 'Если связи так и не будет, передайте файл комиссии.', again: 'Отправить снова', discard: 'Удалить', discardSure: 'Удалить? Вернуть будет нельзя.', what: { photo: 'Фото', finding: 'Осмотр', acceptance: 'Приёмка', 'acceptance-withdrawn': 'Отзыв приёмки', rehearsal: 'Репетиция' },
  record: 'Записать', answer: 'Ответ', note: 'Примечание', noteHelp: 'Напишите, что вы увидели.', answerMissing: 'Выберите ответ.', noteMissing: 'Напишите, что не выполнено.', up: 'Скорость отправки, Мбит/с', down: 'Скорость приёма, Мбит/с', figureMissing: 'Напишите измеренную скорость, например 4,2.', figureWrong: 'Напишите число, например 4,2.',
  addPhoto: 'Добавить фото', photoWorks: 'Фото готовится…', photoBad: 'Этот файл не читается как фотография.', photoMany: 'В одном осмотре не больше десяти фотографий.', photosNone: 'Фотографии принимаются только по защищённому адресу (https).', removePhoto: (n) => `Убрать фото ${n}`, photoAlt: (n) => `Фото ${n}`,
  kept: 'Сохранено в телефоне.', notKept: 'Сохранить в телефоне не удалось. Введённое осталось на странице; освободите место и повторите.', lastKnown: 'На сервере', notRenewed: 'Сведения сервера не обновляются: связи нет.', stationPage: 'Страница участка',
};

export const fieldTexts: Record<Lang, FieldTexts> = { az, en, ru };
