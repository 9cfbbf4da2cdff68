/** What the overview and the pages of proposals say. */

import type { Lang } from '../../lib/route';
import { ordinal } from '../../i18n/azSuffix';

const az = {
  overviewTitle: 'İcmal', forYou: 'Sizin qərarınızı gözləyir', nothing: 'Sizi gözləyən təklif yoxdur.', electionOn: (date: string) => `Səsvermə günü: ${date}`,
  countsTitle: 'Seçki rəqəmlə', counts: { stations: 'Məntəqə', cameras: 'Kamera', on_air: 'Efirdə', public: 'Hamıya açıq', unapproved: 'Təsdiqlənməyib', hidden: 'Gizlədilib', proposals_open: 'Açıq təklif', proposals_for_me: 'Sizi gözləyən' },
  title: 'Təkliflər', lede: 'Bir şəxs təklif edir, ikinci şəxs eyni şeyi görür və qərar verir.', filter: 'Hansı təkliflər', mine: 'Mənim təkliflərim', others: 'Digər açıq təkliflər', decided: 'Qərar verilib', none: 'Burada təklif yoxdur.',
  kinds: {
    'view.approve': 'Kameranın görüntüsü hamıya açılsın', 'view.show': 'Gizlədilmiş görüntü yenidən göstərilsin', 'list.publish': 'Siyahı nəşr olunsun', 'station.close': 'Yekun protokol tərtib edildi: məntəqənin günü bağlansın',
    'policy.change': 'Seçkinin qaydaları dəyişsin', 'election.use': 'Başqa seçki və ya məşq göstərilsin', 'person.recover': 'İstifadəçi yenidən dəvət edilsin', delete: 'Silinsin',
  } as Record<string, string>,
  states: { open: 'Qərar gözləyir', approved: 'Təsdiq edildi', refused: 'Rədd edildi', withdrawn: 'Geri götürüldü', stale: 'Köhnəldi' },
  staleText: 'Təklifdən sonra vəziyyət dəyişib, ona görə heç nə edilmədi. Lazımdırsa, yenidən təklif edin.',
  about: 'Nə haqqında', camera: 'Kamera', station: 'Məntəqə', version: 'Nəşr', versionOf: (n: number) => `${ordinal(n)} nəşr`, person: 'İstifadəçi', at: 'Vaxt',
  proposedBy: 'Təklif edən', proposedAt: 'Təklif vaxtı', why: 'Səbəb', decidedBy: 'Qərar verən', decidedAt: 'Qərar vaxtı', decidedWhy: 'Qərarın səbəbi', seen: 'Görülənin möhürü (SHA-256)', payload: 'Təklifin məzmunu',
  decide: 'Qərarınız', decideText: 'Təklif edənin gördüyünü yuxarıda siz də görürsünüz. Razısınızsa, təsdiq edin: dərhal icra olunur.', approve: 'Təsdiq et', refuse: 'Rədd et', whyDecided: 'Səbəb (rədd üçün vacibdir)', whyRefuse: 'Niyə rədd etdiyinizi yazın.',
  own: 'Bu, sizin təklifinizdir: onu başqa şəxs təsdiq etməlidir.', withdraw: 'Təklifi geri götür', notYours: 'Bu təklif barədə qərar vermək vəzifənizə aid deyil.',
  approvedNow: 'Təsdiq edildi və icra olundu.', refusedNow: 'Rədd edildi. Heç nə dəyişmədi.', withdrawnNow: 'Təklif geri götürüldü.', linkTitle: 'Yeni dəvətin keçidi', linkText: 'Yalnız indi göstərilir. Keçidi həmin şəxsin özünə verin.', linkLost: 'Təsdiq edildi, amma cavab yolda itdi və keçid göstərilmədi. Girişin bərpasını yenidən təklif edin.',
  stillNow: 'Təklif edənin gördüyü kadr', pictureNow: 'İndiki görüntü',
};
export type ProposalTexts = typeof az;

const en: ProposalTexts = {
  overviewTitle: 'Overview', forYou: 'Waits for your decision', nothing: 'No proposal waits for you.', electionOn: (date) => `Voting day: ${date}`,
  countsTitle: 'The election in figures', counts: { stations: 'Stations', cameras: 'Cameras', on_air: 'On air', public: 'Public', unapproved: 'Not yet approved', hidden: 'Hidden', proposals_open: 'Open proposals', proposals_for_me: 'Waiting for you' },
  title: 'Proposals', lede: 'One person proposes; a second person sees the same and decides.', filter: 'Which proposals', mine: 'My proposals', others: 'Other open ones', decided: 'Decided', none: 'There are no proposals here.',
  kinds: {
    'view.approve': 'Make a camera’s picture public', 'view.show': 'Show a hidden picture again', 'list.publish': 'Publish the list', 'station.close': 'Protocol completed: close the station’s day',
    'policy.change': 'Change the rules of the election', 'election.use': 'Show another election or rehearsal', 'person.recover': 'Invite a person anew', delete: 'Delete',
  },
  states: { open: 'Waits for a decision', approved: 'Approved', refused: 'Refused', withdrawn: 'Withdrawn', stale: 'Out of date' },
  staleText: 'Things have changed since it was proposed, so nothing was done. If it is still needed, propose it again.',
  about: 'What about', camera: 'Camera', station: 'Station', version: 'Version', versionOf: (n) => `Version ${n}`, person: 'Person', at: 'Time',
  proposedBy: 'Proposed by', proposedAt: 'Proposed', why: 'Reason', decidedBy: 'Decided by', decidedAt: 'Decided', decidedWhy: 'Reason for the decision', seen: 'Digest of what was seen (SHA-256)', payload: 'What is proposed',
  decide: 'Your decision', decideText: 'Above you see what the proposer saw. If you agree, approve: it is done at once.', approve: 'Approve', refuse: 'Refuse', whyDecided: 'Reason (needed to refuse)', whyRefuse: 'Write why you refuse.',
  own: 'This is your own proposal: another person has to approve it.', withdraw: 'Withdraw the proposal', notYours: 'To decide on this proposal is not part of your role.',
  approvedNow: 'Approved and done.', refusedNow: 'Refused. Nothing has changed.', withdrawnNow: 'The proposal was withdrawn.', linkTitle: 'Link of the new invitation', linkText: 'It is shown only now. Give it to that person alone.', linkLost: 'It was approved, but the answer was lost on its way and the link was not shown. Propose the recovery again.',
  stillNow: 'The still that the proposer saw', pictureNow: 'The picture now',
};

const ru: ProposalTexts = {
  overviewTitle: 'Обзор', forYou: 'Ждёт вашего решения', nothing: 'Нет предложений, которые ждут вас.', electionOn: (date) => `День голосования: ${date}`,
  countsTitle: 'Выборы в цифрах', counts: { stations: 'Участки', cameras: 'Камеры', on_air: 'В эфире', public: 'Открыты всем', unapproved: 'Не утверждены', hidden: 'Скрыты', proposals_open: 'Открытые предложения', proposals_for_me: 'Ждут вас' },
  title: 'Предложения', lede: 'Один человек предлагает, второй видит то же самое и решает.', filter: 'Какие предложения', mine: 'Мои предложения', others: 'Другие открытые', decided: 'Решённые', none: 'Здесь предложений нет.',
  kinds: {
    'view.approve': 'Открыть изображение камеры всем', 'view.show': 'Снова показать скрытое изображение', 'list.publish': 'Опубликовать список', 'station.close': 'Итоговый протокол составлен: закрыть день участка',
    'policy.change': 'Изменить правила выборов', 'election.use': 'Показывать другие выборы или репетицию', 'person.recover': 'Пригласить пользователя заново', delete: 'Удалить',
  },
  states: { open: 'Ждёт решения', approved: 'Утверждено', refused: 'Отклонено', withdrawn: 'Отозвано', stale: 'Устарело' },
  staleText: 'После предложения что-то изменилось, поэтому ничего не сделано. Если нужно, предложите снова.',
  about: 'О чём', camera: 'Камера', station: 'Участок', version: 'Редакция', versionOf: (n) => `Редакция ${n}`, person: 'Пользователь', at: 'Время',
  proposedBy: 'Предложил(а)', proposedAt: 'Предложено', why: 'Причина', decidedBy: 'Решил(а)', decidedAt: 'Решено', decidedWhy: 'Причина решения', seen: 'Отпечаток увиденного (SHA-256)', payload: 'Что предложено',
  decide: 'Ваше решение', decideText: 'Выше вы видите то же, что видел предложивший. Если согласны, утвердите: это выполняется сразу.', approve: 'Утвердить', refuse: 'Отклонить', whyDecided: 'Причина (для отказа обязательна)', whyRefuse: 'Напишите, почему отклоняете.',
  own: 'Это ваше предложение: утвердить его должен другой человек.', withdraw: 'Отозвать предложение', notYours: 'Решать об этом предложении не входит в вашу роль.',
  approvedNow: 'Утверждено и выполнено.', refusedNow: 'Отклонено. Ничего не изменилось.', withdrawnNow: 'Предложение отозвано.', linkTitle: 'Ссылка нового приглашения', linkText: 'Показана только сейчас. Передайте её лично этому человеку.', linkLost: 'Утверждено, но ответ потерялся по пути и ссылка не показана. Предложите восстановление снова.',
  stillNow: 'Кадр, который видел предложивший', pictureNow: 'Изображение сейчас',
};

export const proposalTexts: Record<Lang, ProposalTexts> = { az, en, ru };
