// Business: parts of companies' names, goods, cases, faults, and sentences around records.
#include "data/synth/tables.h"

namespace tiqu::data::synth {
namespace {

constexpr std::string_view kBanks[] = {"中国工商银行", "中国农业银行", "中国银行",         "中国建设银行",
                                       "交通银行",     "招商银行",     "中国邮政储蓄银行", "兴业银行",
                                       "浦发银行",     "民生银行",     "中信银行",         "光大银行"};

constexpr std::string_view kTrades[] = {
    "科技有限公司",     "贸易有限公司",     "建筑工程有限公司",   "商贸有限责任公司", "投资管理有限公司",
    "物流有限公司",     "食品有限公司",     "医疗器械有限公司",   "信息技术有限公司", "置业有限公司",
    "实业集团有限公司", "电子股份有限公司", "餐饮管理有限公司",   "农业开发有限公司", "广告传媒有限公司",
    "劳务有限公司",     "机械制造有限公司", "新能源股份有限公司", "会计师事务所",     "装饰工程有限公司"};

constexpr std::string_view kCompanyCharacters[] = {
    "华", "盛", "恒", "鑫", "瑞", "通", "达", "泰", "宏", "远", "安", "信", "德", "诚", "博", "创", "联", "汇",
    "丰", "嘉", "利", "源", "天", "海", "新", "中", "润", "康", "建", "顺", "益", "众", "航", "智", "云", "启"};

constexpr std::string_view kGoods[] = {
    "办公电脑一批", "钢材",         "商品混凝土",   "医用口罩",     "服务器及配套设备", "水泥",     "电缆",
    "厂房租赁",     "软件开发服务", "物业管理服务", "餐饮食材",     "工程监理服务",     "绿化养护", "办公家具",
    "车辆租赁",     "广告制作",     "仓储服务",     "设备维修保养", "图书资料"};

constexpr std::string_view kCauses[] = {"民间借贷纠纷",
                                        "买卖合同纠纷",
                                        "离婚纠纷",
                                        "劳动争议",
                                        "机动车交通事故责任纠纷",
                                        "房屋租赁合同纠纷",
                                        "建设工程施工合同纠纷",
                                        "物业服务合同纠纷",
                                        "保证合同纠纷",
                                        "金融借款合同纠纷",
                                        "不当得利纠纷",
                                        "继承纠纷"};

constexpr std::string_view kCrimes[] = {"盗窃罪",     "诈骗罪",     "危险驾驶罪", "故意伤害罪",
                                        "职务侵占罪", "挪用公款罪", "合同诈骗罪", "寻衅滋事罪",
                                        "开设赌场罪", "受贿罪",     "交通肇事罪", "非法经营罪"};

constexpr std::string_view kAuditFaults[] = {"超标准列支业务招待费", "虚列支出套取资金",   "未按规定进行公开招标",
                                             "违规发放津贴补贴",     "固定资产未入账",     "往来款项长期未清理",
                                             "挪用专项资金",         "公款私存",           "坐收坐支",
                                             "重复报销差旅费",       "未履行集体决策程序", "账外设账"};

constexpr std::string_view kOpenings[] = {
    "经查，",           "经审理查明，", "现将有关情况报告如下：", "根据工作安排，",     "兹证明：", "附件：人员信息。",
    "以下为登记信息：", "据了解，",     "根据举报线索，",         "人员基本情况如下：", "经核实，", "特此说明如下。",
    "登记表",           "基本信息"};

constexpr std::string_view kFillers[] = {
    "上述事实，有书证、证人证言等证据证实，足以认定。",
    "以上信息由本人填写，如有变更应及时告知。",
    "该事项已报经办公会议研究同意。",
    "双方应当按照约定全面履行自己的义务。",
    "本表一式两份，由双方各执一份。",
    "相关材料已移交有关部门处理。",
    "经多次催要，至今未予归还。",
    "审查过程中，当事人未提出异议。",
    "其到案后如实供述了上述情况。",
    "工作期间表现良好，无违纪记录。",
    "未尽事宜，由双方协商解决。",
    "请于收到本通知后及时办理有关手续。",
    "现有证据尚不足以证明上述主张。",
    "本次检查采取抽样方式进行，共抽查凭证若干。",
    "有关责任由相关单位依照规定追究。",
    "此前曾因琐事与邻居发生争执，后经调解和解。",
    "为进一步规范管理，特制定本办法。",
    "如不服本决定，可以依法申请复议。",
};

}  // namespace

Words Banks() { return kBanks; }
Words CompanyTrades() { return kTrades; }
Words CompanyCharacters() { return kCompanyCharacters; }
Words Goods() { return kGoods; }
Words Causes() { return kCauses; }
Words Crimes() { return kCrimes; }
Words AuditFaults() { return kAuditFaults; }
Words Openings() { return kOpenings; }
Words Fillers() { return kFillers; }

}  // namespace tiqu::data::synth
