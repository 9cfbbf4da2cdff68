/** All that the page says, in three languages. Findings come as codes and numbers; their words are here. */

export const words = {
  az: {
    title: 'Texnikin səhifəsi', gone: 'Agent cavab vermir. Kompüter işləyirmi?', camera: 'Kamera',
    code: 'Kod', codeHelp: 'Səkkiz rəqəm. Agentin ekranında yazılıb.', enter: 'Daxil ol',
    'refused-code': 'Kod düz deyil.', 'refused-guesses': 'Çox səhv kod yazılıb. On dəqiqə gözləyin.', 'refused-malformed': 'Qəbul olunmadı: açıq qalan varsa, qeyd yazın.',
    'refused-not-measured': 'Əvvəlcə ölçün.', 'refused-disk': 'Disk imzanı saxlamır.', 'refused-proof': 'Səhifəni yeniləyin.', 'refused-site': 'Səhifəni yeniləyin.',
    picture: 'Görüntü', pictureHelp: 'Kameranı bu görüntüyə baxa-baxa yönəldin. Görüntü bir-iki saniyə gecikir.',
    recording: 'Görüntü gəlir və yazılır.', notRecording: 'Görüntü yazılmır.', unplayable: 'Bu brauzer bu görüntünü göstərə bilmir. Başqa brauzer ilə açın.',
    noCentre: 'Parametrlərdə mərkəz yazılmayıb: heç nə göndərilmir.',
    'sent-live': 'Mərkəzə canlı göndərilir.', 'sent-behind': 'Mərkəzə bir neçə saniyə gec göndərilir.', 'sent-no': 'Mərkəzə göndərilmir; bu kompüterdə saxlanılır.', 'sent-not-enrolled': 'Göndərilmir: bu cihaz bu kamera üçün qeydiyyata alınmayıb.',
    'clock-unknown': 'Bu kompüterin saatının düz olub-olmadığı bilinmir: məlum olana qədər heç nə göndərilmir, yazı isə davam edir.', 'clock-moved': 'Bu kompüterin saatı səhvdir: göndərilən görüntü həqiqi vaxtına qoyulur.', unplaced: 'Səhv saatla yazılanların bir hissəsi burada gözləyir: nə vaxt yazıldığı hələ bilinmir.',
    checks: 'Kadrda nə görünür', checksHelp: 'Yalnız yuxarıdakı görüntüyə baxıb cavab verin.', yes: 'Bəli', no: 'Xeyr',
    'booth-unseen': 'Səsvermə kabinəsinin içi görünmür', 'list-unreadable': 'Seçici siyahısını oxumaq olmur', box: 'Seçki qutusu bütöv görünür',
    'issuing-table': 'Bülleten verilən masa görünür', 'counting-table': 'Səslərin sayıldığı masa bütöv görünür', 'protocol-table': 'Protokol yazılan masa görünür',
    'other-cameras': 'Binanın öz kameraları söndürülüb və ya örtülüb',
    findings: 'Texniki şərait', measure: 'Ölç', measuring: 'Ölçülür. Bu, on saniyə çəkir.', notMeasured: 'Hələ ölçülməyib.', measuredAt: 'Ölçülüb',
    'verdict-good': 'Yaxşı', 'verdict-weak': 'Şübhəli', 'verdict-bad': 'Kifayət deyil', 'verdict-unmeasured': 'Ölçülməyib',
    'blame-camera': 'kamera', 'blame-station': 'məntəqə', 'blame-line': 'xətt', 'blame-centre': 'mərkəz', 'blame-operator': 'operator',
    test: 'Görüntü mərkəzə çatırmı', testHelp: 'Bir parça mərkəzin yazısından geri oxunur və göndərilənlə müqayisə edilir. İki dəqiqədən çox çəkmir.', beginTest: 'Yoxla',
    'proof-none': 'Hələ yoxlanılmayıb.', 'proof-running': 'Yoxlanılır.', 'proof-not-recorded': 'Burada heç nə yazılmır.', 'proof-not-arrived': 'İki dəqiqə ərzində mərkəzin yazısına çatmadı.',
    'proof-not-read-back': 'Mərkəzdən geri oxunmadı.', 'proof-differs': 'Geri gələn göndərilən deyil. Mərkəzə bildirin.', 'proof-proved': 'Görüntünüz mərkəzə çatdı, yazıldı və geri oxundu.',
    returned: 'Mərkəzdən geri gələn görüntü',
    now: 'İndi', reference: 'Nümunə kadr', noReference: 'Nümunə kadr hələ saxlanılmayıb.', keepReference: 'Bu görünüşü nümunə kimi saxla', replaceReference: 'Bəli, əvvəlki nümunəni əvəz et',
    referenceHelp: 'Kamera düz yönəldiləndə bir kadr saxlayın. Kamera sonra yerindən oynayıbsa, müqayisədə görünür. Kadr imza ilə mərkəzə göndərilir.',
    legible: 'Xırda yazı oxunurmu', legibleHelp: 'Yazını proqram yox, siz oxuyursunuz. Hər kart yenidir və bir cavaba yarayır.',
    stepCard: 'Kart yaradın, onu 100 % ölçüdə çap edin və səslərin sayıldığı masaya qoyun.', drawCard: 'Yeni kart', openCard: 'Kartı aç və çap et',
    stepPicture: 'Kamera kartı görəndə görüntünü götürün: o, mərkəzə gedib qayıdır.', takePicture: 'Görüntünü götür',
    stepRead: 'Gələn görüntüdə oxuduğunuzu yazın. Oxunmayan sətri boş saxlayın.', cardView: 'Kartın görüntüsü', ownPicture: 'Mərkəzdən qayıtmayıb: bu kompüterin öz yazısı', actualSize: 'Əsl ölçüdə göstər',
    row: 'Sətir', mm: 'mm', checkRows: 'Kartla tutuşdur', notRead: 'Hələ oxunmayıb.', readRows: 'Düz yazılan sətirlər', smallest: 'ən xırda hərf',
    'refused-no-picture': 'Hazırda görüntü yoxdur.', 'refused-not-decoded': 'Bu görüntüdən kadr alınmadı. Kamera H.264 verməlidir.', 'refused-disk-still': 'Disk kadrı saxlamır.',
    'refused-no-card': 'Əvvəlcə yeni kart yaradın.', 'refused-no-card-picture': 'Kart yaradılandan sonra görüntü götürün.', 'refused-no-chance': 'Kart yaradılmadı. Yenidən cəhd edin.',
    sign: 'Təhvil', measureFirst: 'Əvvəlcə ölçün.', nothingOpen: 'Açıq qalan yoxdur.', openOnes: 'Açıq qalan', openHelp: 'Qeyddə səbəbini yazın.',
    name: 'Ad, soyad', role: 'Vəzifə', remark: 'Qeyd', signNow: 'İmzala və mərkəzə göndər', signedBy: 'İmzalayıb', kept: 'Burada saxlanılır və mərkəzi gözləyir.', delivered: 'Mərkəzə çatıb.',
  },
  en: {
    title: 'The technician’s page', gone: 'The agent does not answer. Is the computer on?', camera: 'Camera',
    code: 'Code', codeHelp: 'Eight digits. The agent shows them on its screen.', enter: 'Enter',
    'refused-code': 'The code is wrong.', 'refused-guesses': 'Too many wrong codes. Wait ten minutes.', 'refused-malformed': 'Not taken: if something is open, write a remark.',
    'refused-not-measured': 'Measure first.', 'refused-disk': 'The disk does not keep the signature.', 'refused-proof': 'Load the page again.', 'refused-site': 'Load the page again.',
    picture: 'Picture', pictureHelp: 'Aim the camera by this picture. It is a second or two late.',
    recording: 'The picture comes and is recorded.', notRecording: 'The picture is not recorded.', unplayable: 'This browser cannot show this picture. Open the page with another one.',
    noCentre: 'The settings name no centre: nothing is sent.',
    'sent-live': 'It is sent to the centre live.', 'sent-behind': 'It is sent to the centre some seconds late.', 'sent-no': 'It is not sent to the centre; it is kept on this computer.', 'sent-not-enrolled': 'It is not sent: this device is not enrolled for this camera.',
    'clock-unknown': 'It is not known whether the clock of this computer is right: until it is, nothing is sent, and recording goes on.', 'clock-moved': 'The clock of this computer is wrong: what is sent is put at its true time.', unplaced: 'Some of what a wrong clock recorded waits here: it is not known yet when that was.',
    checks: 'What is in the picture', checksHelp: 'Answer by the picture above alone.', yes: 'Yes', no: 'No',
    'booth-unseen': 'The inside of the booth is not seen', 'list-unreadable': 'The voters’ list cannot be read', box: 'The ballot box is seen whole',
    'issuing-table': 'The table where ballots are issued is seen', 'counting-table': 'The table where votes are counted is seen whole', 'protocol-table': 'The table where the protocol is written is seen',
    'other-cameras': 'The building’s own cameras are off or covered',
    findings: 'Technical conditions', measure: 'Measure', measuring: 'Measuring. It takes ten seconds.', notMeasured: 'Not measured yet.', measuredAt: 'Measured',
    'verdict-good': 'Good', 'verdict-weak': 'Doubtful', 'verdict-bad': 'Not enough', 'verdict-unmeasured': 'Not measured',
    'blame-camera': 'camera', 'blame-station': 'station', 'blame-line': 'line', 'blame-centre': 'centre', 'blame-operator': 'operator',
    test: 'Does the picture reach the centre', testHelp: 'One piece is read back from the centre’s recording and compared with what was sent. It takes two minutes at most.', beginTest: 'Test',
    'proof-none': 'Not tested yet.', 'proof-running': 'Testing.', 'proof-not-recorded': 'Nothing is recorded here.', 'proof-not-arrived': 'It did not reach the centre’s recording within two minutes.',
    'proof-not-read-back': 'It could not be read back from the centre.', 'proof-differs': 'What came back is not what was sent. Tell the centre.', 'proof-proved': 'Your picture reached the centre, was recorded, and was read back.',
    returned: 'The picture that came back from the centre',
    now: 'Now', reference: 'Reference still', noReference: 'No reference still is kept yet.', keepReference: 'Keep this view as the reference', replaceReference: 'Yes, replace the former reference',
    referenceHelp: 'Keep one still when the camera is aimed rightly. If the camera is moved later, the comparison shows it. The still goes to the centre with the signature.',
    legible: 'Can small print be read', legibleHelp: 'You read it, no program does. Each card is new, and good for one answer.',
    stepCard: 'Draw a card, print it at 100 %, and lay it on the table where votes are counted.', drawCard: 'New card', openCard: 'Open the card and print it',
    stepPicture: 'When the camera sees the card, take the picture: it goes to the centre and comes back.', takePicture: 'Take the picture',
    stepRead: 'Type what you read in the picture that came. Leave a row empty that cannot be read.', cardView: 'Picture of the card', ownPicture: 'It did not come back from the centre: this computer’s own recording', actualSize: 'Show in its full size',
    row: 'Row', mm: 'mm', checkRows: 'Compare with the card', notRead: 'Not read yet.', readRows: 'Rows that were typed rightly', smallest: 'smallest letters',
    'refused-no-picture': 'There is no picture now.', 'refused-not-decoded': 'No still can be made of this picture. The camera must give H.264.', 'refused-disk-still': 'The disk does not keep the still.',
    'refused-no-card': 'Draw a new card first.', 'refused-no-card-picture': 'Take a picture after the card was drawn.', 'refused-no-chance': 'No card was drawn. Try again.',
    sign: 'Handing over', measureFirst: 'Measure first.', nothingOpen: 'Nothing is open.', openOnes: 'Open', openHelp: 'Write the reason as a remark.',
    name: 'Name', role: 'Role', remark: 'Remark', signNow: 'Sign and send to the centre', signedBy: 'Signed by', kept: 'It is kept here and waits for the centre.', delivered: 'The centre has it.',
  },
  ru: {
    title: 'Страница техника', gone: 'Агент не отвечает. Компьютер включён?', camera: 'Камера',
    code: 'Код', codeHelp: 'Восемь цифр. Агент показывает их на своём экране.', enter: 'Войти',
    'refused-code': 'Код неверен.', 'refused-guesses': 'Слишком много неверных кодов. Подождите десять минут.', 'refused-malformed': 'Не принято: если что-то не решено, напишите примечание.',
    'refused-not-measured': 'Сначала измерьте.', 'refused-disk': 'Диск не сохраняет подпись.', 'refused-proof': 'Обновите страницу.', 'refused-site': 'Обновите страницу.',
    picture: 'Изображение', pictureHelp: 'Наводите камеру по этому изображению. Оно опаздывает на секунду-две.',
    recording: 'Изображение поступает и записывается.', notRecording: 'Изображение не записывается.', unplayable: 'Этот браузер не может показать изображение. Откройте страницу в другом.',
    noCentre: 'В настройках не указан центр: ничего не отправляется.',
    'sent-live': 'Отправляется в центр в прямом эфире.', 'sent-behind': 'Отправляется в центр с опозданием на несколько секунд.', 'sent-no': 'В центр не отправляется; хранится на этом компьютере.', 'sent-not-enrolled': 'Не отправляется: устройство не зарегистрировано для этой камеры.',
    'clock-unknown': 'Неизвестно, верны ли часы этого компьютера: пока это неизвестно, ничего не отправляется, а запись продолжается.', 'clock-moved': 'Часы этого компьютера неверны: отправляемое изображение ставится на своё настоящее время.', unplaced: 'Часть записанного по неверным часам ждёт здесь: пока неизвестно, когда это было.',
    checks: 'Что видно в кадре', checksHelp: 'Отвечайте только по изображению выше.', yes: 'Да', no: 'Нет',
    'booth-unseen': 'Внутренность кабины не видна', 'list-unreadable': 'Список избирателей прочесть нельзя', box: 'Урна видна целиком',
    'issuing-table': 'Стол выдачи бюллетеней виден', 'counting-table': 'Стол подсчёта голосов виден целиком', 'protocol-table': 'Стол, где пишут протокол, виден',
    'other-cameras': 'Собственные камеры здания выключены или закрыты',
    findings: 'Технические условия', measure: 'Измерить', measuring: 'Идёт измерение. Это займёт десять секунд.', notMeasured: 'Ещё не измерено.', measuredAt: 'Измерено',
    'verdict-good': 'Хорошо', 'verdict-weak': 'Сомнительно', 'verdict-bad': 'Недостаточно', 'verdict-unmeasured': 'Не измерено',
    'blame-camera': 'камера', 'blame-station': 'участок', 'blame-line': 'линия', 'blame-centre': 'центр', 'blame-operator': 'оператор',
    test: 'Доходит ли изображение до центра', testHelp: 'Один фрагмент читается обратно из записи центра и сравнивается с отправленным. Не дольше двух минут.', beginTest: 'Проверить',
    'proof-none': 'Ещё не проверено.', 'proof-running': 'Идёт проверка.', 'proof-not-recorded': 'Здесь ничего не записывается.', 'proof-not-arrived': 'За две минуты не дошло до записи центра.',
    'proof-not-read-back': 'Прочесть обратно из центра не удалось.', 'proof-differs': 'Вернулось не то, что отправлено. Сообщите центру.', 'proof-proved': 'Ваше изображение дошло до центра, записано и прочитано обратно.',
    returned: 'Изображение, вернувшееся из центра',
    now: 'Сейчас', reference: 'Эталонный кадр', noReference: 'Эталонный кадр ещё не сохранён.', keepReference: 'Сохранить этот вид как эталон', replaceReference: 'Да, заменить прежний эталон',
    referenceHelp: 'Сохраните кадр, когда камера наведена верно. Если её потом сдвинут, это будет видно при сравнении. Кадр отправляется в центр вместе с подписью.',
    legible: 'Читается ли мелкий текст', legibleHelp: 'Текст читаете вы, а не программа. Каждая карта новая и годится для одного ответа.',
    stepCard: 'Создайте карту, напечатайте её в масштабе 100 % и положите на стол подсчёта голосов.', drawCard: 'Новая карта', openCard: 'Открыть карту и напечатать',
    stepPicture: 'Когда камера видит карту, снимите изображение: оно уйдёт в центр и вернётся.', takePicture: 'Снять изображение',
    stepRead: 'Впишите то, что прочли на пришедшем изображении. Нечитаемую строку оставьте пустой.', cardView: 'Изображение карты', ownPicture: 'Из центра не вернулось: собственная запись этого компьютера', actualSize: 'Показать в полном размере',
    row: 'Строка', mm: 'мм', checkRows: 'Сверить с картой', notRead: 'Ещё не прочитано.', readRows: 'Верно введённых строк', smallest: 'наименьшие буквы',
    'refused-no-picture': 'Сейчас изображения нет.', 'refused-not-decoded': 'Из этого изображения кадр не получается. Камера должна давать H.264.', 'refused-disk-still': 'Диск не сохраняет кадр.',
    'refused-no-card': 'Сначала создайте карту.', 'refused-no-card-picture': 'Снимите изображение после создания карты.', 'refused-no-chance': 'Карта не создана. Попробуйте ещё раз.',
    sign: 'Сдача', measureFirst: 'Сначала измерьте.', nothingOpen: 'Всё решено.', openOnes: 'Не решено', openHelp: 'Напишите причину в примечании.',
    name: 'Имя, фамилия', role: 'Должность', remark: 'Примечание', signNow: 'Подписать и отправить в центр', signedBy: 'Подписал(а)', kept: 'Хранится здесь и ждёт центр.', delivered: 'Центр получил.',
  },
};

/** Subject: name, then what to do if it is not good. */
const subjects = {
  az: {
    centre: ['mərkəz', 'Mərkəzin operatorlarına bildirin.'], 'line-delay': ['xəttin gecikməsi', 'Kabel ilə qoşun; xətdən başqası istifadə etməsin.'], 'line-loss': ['təkrar göndərilən', 'Kabeli və ya yuvanı dəyişin; modemin yerini dəyişin.'],
    'line-up': ['göndərmə sürəti', 'Xətdən başqası istifadə etməsin; kameranın axınını azaldın və ya daha yaxşı xətt istəyin.'], 'line-down': ['qəbul sürəti', 'Xətdən başqası istifadə etməsin.'], 'line-breaks': ['xəttin qırılması', 'Modemi, kabelləri və qidalanmanı yoxlayın. Heç nə itmir: burada yazılır.'],
    'disk-speed': ['diskin sürəti', 'Başqa disk qoyun: yaddaş kartı yox, SSD.'], 'disk-sync': ['diskin gecikməsi', 'Başqa disk qoyun: yaddaş kartı yox, SSD.'], 'disk-room': ['diskdə yer', 'Yer açın və ya daha böyük disk qoyun. Göndərilməmiş yazılar qalmalıdır.'],
    temperature: ['temperatur', 'Kompüteri günəşdən və qapalı yerdən çıxarın.'], power: ['qidalanma', 'Kompüteri və modemi ehtiyat qidalanmaya qoşun.'], memory: ['yaddaş', 'Başqa proqramları bağlayın.'], processor: ['prosessor', 'Başqa proqramları bağlayın; kadr ölçüsünü azaldın.'],
    'clock-service': ['vaxt xidməti', 'Vaxt xidməti (chrony) quraşdırın və serverlərinə çatdığını yoxlayın.'], 'clock-offset': ['saat', 'Saatı düzəldin: yazıların vaxtı ondan asılıdır.'], picture: ['görüntü', 'Kameranı, kabelini və agentin yazdığını yoxlayın.'],
    resolution: ['kadrın hündürlüyü', 'Kamerada 1280 × 720 və ya daha böyük seçin.'], 'frame-rate': ['saniyədə kadr', 'Saniyədə 15 kadr seçin; otağı işıqlandırın.'], keyframes: ['açar kadrlar', 'Kamerada hər iki saniyədən bir açar kadr seçin.'], 'bit-rate': ['axının sürəti', 'Kamerada 1–4 Mbit/s seçin.'], codec: ['kodlaşdırma', 'Kamerada H.264 seçin.'], sound: ['səs', 'Kameranın səsini açın.'], 'camera-clock': ['kameranın saatı', 'Kameranın saatını düzəldin: görüntüdə o yazılır.'],
  },
  en: {
    centre: ['centre', 'Tell the operators of the centre.'], 'line-delay': ['line: delay', 'Use a cable; let nothing else use the line.'], 'line-loss': ['line: sent again', 'Change cable or socket; move the modem.'],
    'line-up': ['line: up', 'Let nothing else use the line; lower the camera’s rate, or ask for a better line.'], 'line-down': ['line: down', 'Let nothing else use the line.'], 'line-breaks': ['line: breaks', 'Look at modem, cables and power. Nothing is lost: it is recorded here.'],
    'disk-speed': ['disk: speed', 'Use another disk: a solid-state one, no memory card.'], 'disk-sync': ['disk: delay', 'Use another disk: a solid-state one, no memory card.'], 'disk-room': ['disk: room', 'Make room, or use a larger disk. What was not sent must stay.'],
    temperature: ['temperature', 'Move the computer out of sun and cupboard.'], power: ['power', 'Put the computer and the modem on a reserve supply.'], memory: ['memory', 'End other programs.'], processor: ['processor', 'End other programs; make the picture smaller.'],
    'clock-service': ['time service', 'Install a time service (chrony), and see that it reaches its servers.'], 'clock-offset': ['clock', 'Set the clock: recordings are dated by it.'], picture: ['picture', 'Look at the camera, its cable, and what the agent says.'],
    resolution: ['height of the picture', 'Choose 1280 × 720 or more in the camera.'], 'frame-rate': ['pictures a second', 'Choose 15 pictures a second; light the room.'], keyframes: ['keyframes', 'Choose a keyframe every two seconds in the camera.'], 'bit-rate': ['rate', 'Choose 1 to 4 Mbit/s in the camera.'], codec: ['coding', 'Choose H.264 in the camera.'], sound: ['sound', 'Switch the camera’s sound on.'], 'camera-clock': ['camera’s clock', 'Set the camera’s clock: it stands in the picture.'],
  },
  ru: {
    centre: ['центр', 'Сообщите операторам центра.'], 'line-delay': ['задержка линии', 'Подключите кабелем; пусть линией не пользуется никто другой.'], 'line-loss': ['отправлено повторно', 'Смените кабель или гнездо; переставьте модем.'],
    'line-up': ['скорость отправки', 'Пусть линией не пользуется никто другой; уменьшите поток камеры или попросите линию лучше.'], 'line-down': ['скорость приёма', 'Пусть линией не пользуется никто другой.'], 'line-breaks': ['обрывы линии', 'Проверьте модем, кабели и питание. Ничего не теряется: запись идёт здесь.'],
    'disk-speed': ['скорость диска', 'Поставьте другой диск: SSD, не карту памяти.'], 'disk-sync': ['задержка диска', 'Поставьте другой диск: SSD, не карту памяти.'], 'disk-room': ['место на диске', 'Освободите место или поставьте диск больше. Неотправленное должно остаться.'],
    temperature: ['температура', 'Уберите компьютер с солнца и из шкафа.'], power: ['питание', 'Подключите компьютер и модем к резервному питанию.'], memory: ['память', 'Закройте другие программы.'], processor: ['процессор', 'Закройте другие программы; уменьшите размер кадра.'],
    'clock-service': ['служба времени', 'Установите службу времени (chrony) и проверьте, что она достигает своих серверов.'], 'clock-offset': ['часы', 'Установите часы: по ним датируются записи.'], picture: ['изображение', 'Проверьте камеру, её кабель и что пишет агент.'],
    resolution: ['высота кадра', 'Выберите в камере 1280 × 720 или больше.'], 'frame-rate': ['кадров в секунду', 'Выберите 15 кадров в секунду; осветите помещение.'], keyframes: ['ключевые кадры', 'Выберите в камере ключевой кадр каждые две секунды.'], 'bit-rate': ['скорость потока', 'Выберите в камере 1–4 Мбит/с.'], codec: ['кодирование', 'Выберите в камере H.264.'], sound: ['звук', 'Включите звук камеры.'], 'camera-clock': ['часы камеры', 'Установите часы камеры: они видны на изображении.'],
  },
};

/** Note: what it says, then what to do if that is another thing than for the subject. */
const notes = {
  az: {
    'not-told': ['sistem bildirmir'], 'no-centre': ['parametrlərdə mərkəz yazılmayıb', 'Mərkəzin ünvanını agent.toml faylına yazın.'], 'no-line': ['mərkəzə çatmaq olmur', 'Kabeli, modemi və ünvanı yoxlayın.'], 'not-enrolled': ['mərkəz bu cihazı tanımır', 'Komissiyadan kod istəyin.'],
    busy: ['ölçməyə yer yox idi', 'Gözləyənlər göndəriləndən sonra yenidən ölçün.'], 'no-agent': ['agent işləmir', 'Agenti işə salın.'], 'no-pictures': ['görüntü gəlmir'], 'mains-and-battery': ['şəbəkə və batareya'], 'mains-alone': ['yalnız şəbəkə'], 'on-battery': ['batareyadan işləyir', 'Dərhal şəbəkəyə qoşun.'],
    'disk-fails': ['disk qəbul etmir'], 'key-fails': ['cihazın imzası qəbul olunmur', 'Saatı düzəldin və ya cihazı yenidən qeydiyyata alın.'], 'centre-fails': ['mərkəz düz cavab vermir', 'Mərkəzin operatorlarına bildirin.'], 'too-little': ['hələ az ölçülüb'], h264: ['H.264'], 'h264-reordered': ['H.264, B-kadrlarla', 'Kamerada B-kadrları söndürün: görüntü onlarla gecikir.'], h265: ['H.265'],
  },
  en: {
    'not-told': ['this system does not tell'], 'no-centre': ['the settings name no centre', 'Write the centre’s address into agent.toml.'], 'no-line': ['the centre is not reached', 'Check cable, modem and address.'], 'not-enrolled': ['the centre does not know this device', 'Ask the commission for a code.'],
    busy: ['there was no room for a measurement', 'Measure again when nothing waits to be sent.'], 'no-agent': ['no agent runs', 'Start the agent.'], 'no-pictures': ['no pictures come'], 'mains-and-battery': ['mains and battery'], 'mains-alone': ['mains alone'], 'on-battery': ['on its battery', 'Plug the mains in now.'],
    'disk-fails': ['the disk refuses'], 'key-fails': ['the device’s signature is not taken', 'Set the clock right, or enrol the device anew.'], 'centre-fails': ['the centre does not answer as it must', 'Tell the operators of the centre.'], 'too-little': ['too little was seen to tell'], h264: ['H.264'], 'h264-reordered': ['H.264 with B-frames', 'Switch B-frames off in the camera: pictures come later with them.'], h265: ['H.265'],
  },
  ru: {
    'not-told': ['система не сообщает'], 'no-centre': ['в настройках не указан центр', 'Впишите адрес центра в agent.toml.'], 'no-line': ['центр недоступен', 'Проверьте кабель, модем и адрес.'], 'not-enrolled': ['центр не знает этого устройства', 'Попросите код у комиссии.'],
    busy: ['для измерения не было места', 'Измерьте снова, когда всё будет отправлено.'], 'no-agent': ['агент не работает', 'Запустите агент.'], 'no-pictures': ['изображения нет'], 'mains-and-battery': ['сеть и батарея'], 'mains-alone': ['только сеть'], 'on-battery': ['от батареи', 'Сразу подключите к сети.'],
    'disk-fails': ['диск отказывает'], 'key-fails': ['подпись устройства не принята', 'Установите часы или зарегистрируйте устройство заново.'], 'centre-fails': ['центр отвечает не так, как должен', 'Сообщите операторам центра.'], 'too-little': ['пока измерено слишком мало'], h264: ['H.264'], 'h264-reordered': ['H.264 с B-кадрами', 'Отключите B-кадры в камере: с ними изображение запаздывает.'], h265: ['H.265'],
  },
};

const units = {
  az: { rate: 'Mbit/s', ms: 'ms', s: 's', hours: 'saat', mb: 'MB', pixels: 'piksel', good: 'yaxşısı' },
  en: { rate: 'Mbit/s', ms: 'ms', s: 's', hours: 'hours', mb: 'MB', pixels: 'pixels', good: 'good is' },
  ru: { rate: 'Мбит/с', ms: 'мс', s: 'с', hours: 'ч', mb: 'МБ', pixels: 'пикселей', good: 'хорошо' },
};

function valueOf(lang, subject, value) {
  const unit = units[lang];
  switch (subject) {
    case 'line-delay': case 'disk-sync': case 'keyframes': case 'clock-offset': case 'camera-clock': return `${value} ${unit.ms}`;
    case 'line-loss': return `${value / 10} %`;
    case 'line-up': case 'line-down': case 'disk-speed': case 'bit-rate': return `${value < 10_000 ? Math.floor(value / 100) / 10 : Math.floor(value / 1000)} ${unit.rate}`;
    case 'line-breaks': return `${value} ${unit.s}`;
    case 'disk-room': return `${value} ${unit.hours}`;
    case 'temperature': return `${value} °C`;
    case 'power': case 'processor': return `${value} %`;
    case 'memory': return `${value} ${unit.mb}`;
    case 'resolution': return `${value} ${unit.pixels}`;
    case 'frame-rate': return String(Math.floor(value / 100) / 10);
    default: return '';
  }
}

/** What was found: name, value, and what the numbers do not say. */
export function said(lang, { subject, verdict, value, limit, note }) {
  const value_ = value === undefined ? '' : valueOf(lang, subject, value);
  const limit_ = limit === undefined || verdict === 'good' ? '' : valueOf(lang, subject, limit);
  const good = limit_ === '' ? '' : `${units[lang].good} ${limit_}`;
  const more = [value_, good, note === undefined ? '' : notes[lang][note]?.[0] ?? note].filter((text) => text !== '').join(', ');
  const name = subjects[lang][subject]?.[0] ?? subject;
  return more === '' ? name : `${name}: ${more}`;
}

/** What to do, or null. */
export function help(lang, { subject, verdict, note }) {
  if (verdict === 'good' || (verdict === 'unmeasured' && ['not-told', 'too-little', 'no-pictures'].includes(note))) return null;
  return notes[lang][note]?.[1] ?? subjects[lang][subject]?.[1] ?? null;
}
