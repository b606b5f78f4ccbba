// What records say of companies, contracts, cases, audits and payments.
#include "data/synth/attribute_tables.h"

namespace tiqu::data::synth {
namespace {

using W = std::string_view;

constexpr W kTitles0[] = {"公司名称", "企业名称", "单位名称", "名称"};
constexpr W kClauses0[] = {"{}", "公司名称：{}"};
constexpr W kQuestions0[] = {"公司名称是什么", "提到了哪些公司", "企业名称", "是哪家公司", "公司有哪些"};
constexpr W kTitles1[] = {"统一社会信用代码", "信用代码", "税号"};
constexpr W kClauses1[] = {"统一社会信用代码：{}", "统一社会信用代码{}", "信用代码：{}", "统一社会信用代码为{}"};
constexpr W kQuestions1[] = {"{}的统一社会信用代码", "{}的统一社会信用代码是什么", "{}的信用代码是多少", "{}的税号"};
constexpr W kTitles2[] = {"法定代表人", "法人代表", "负责人"};
constexpr W kClauses2[] = {"法定代表人：{}", "法定代表人{}", "法定代表人为{}", "法人代表：{}"};
constexpr W kQuestions2[] = {"{}的法定代表人", "{}的法定代表人是谁", "{}的法人是谁", "谁是{}的法定代表人",
                             "{}法人代表"};
constexpr W kTitles3[] = {"注册资本", "注册资金"};
constexpr W kClauses3[] = {"注册资本{}", "注册资本：{}", "注册资金{}", "注册资本为{}"};
constexpr W kQuestions3[] = {"{}的注册资本", "{}的注册资本是多少", "{}注册资金多少", "{}注册资本是多少钱"};
constexpr W kTitles4[] = {"成立日期", "成立时间", "注册日期"};
constexpr W kClauses4[] = {"成立于{}", "{}成立", "成立日期：{}", "{}注册成立"};
constexpr W kQuestions4[] = {"{}的成立日期", "{}什么时候成立", "{}的成立时间是什么时候", "{}成立于哪天",
                             "{}何时注册成立"};
constexpr W kTitles5[] = {"注册地址", "住所", "住所地", "地址"};
constexpr W kClauses5[] = {"住所地：{}", "注册地址：{}", "住所地{}", "注册地为{}", "位于{}"};
constexpr W kQuestions5[] = {"{}的注册地址", "{}的注册地址是哪里", "{}的住所地",
                             "{}在哪里",     "{}的地址是什么",     "{}注册地在哪"};
constexpr W kTitles6[] = {"公司电话", "联系电话", "办公电话"};
constexpr W kClauses6[] = {"公司电话：{}", "办公电话{}", "联系电话：{}"};
constexpr W kQuestions6[] = {"{}的公司电话", "{}的办公电话是多少", "{}联系电话是多少", "{}的电话"};
constexpr W kTitles7[] = {"合同编号"};
constexpr W kClauses7[] = {"合同编号：{}", "编号{}"};
constexpr W kQuestions7[] = {"合同编号是什么", "合同编号", "合同编号是多少"};
constexpr W kTitles8[] = {"甲方"};
constexpr W kClauses8[] = {"甲方：{}"};
constexpr W kQuestions8[] = {"甲方是谁", "甲方", "甲方名称是什么", "合同的甲方是谁", "甲方是哪家单位"};
constexpr W kTitles9[] = {"乙方"};
constexpr W kClauses9[] = {"乙方：{}"};
constexpr W kQuestions9[] = {"乙方是谁", "乙方", "乙方名称是什么", "合同的乙方是谁", "乙方是哪家单位"};
constexpr W kTitles10[] = {"丙方"};
constexpr W kClauses10[] = {"丙方：{}"};
constexpr W kQuestions10[] = {"丙方是谁", "丙方", "合同的丙方是谁"};
constexpr W kTitles11[] = {"甲方代表"};
constexpr W kClauses11[] = {"甲方代表：{}"};
constexpr W kQuestions11[] = {"甲方代表是谁", "甲方代表", "甲方法定代表人是谁"};
constexpr W kTitles12[] = {"乙方代表"};
constexpr W kClauses12[] = {"乙方代表：{}"};
constexpr W kQuestions12[] = {"乙方代表是谁", "乙方代表", "乙方法定代表人是谁"};
constexpr W kTitles13[] = {"合同标的"};
constexpr W kClauses13[] = {"标的：{}"};
constexpr W kQuestions13[] = {"合同标的是什么", "合同标的", "合同买的是什么", "采购内容是什么"};
constexpr W kTitles14[] = {"合同金额"};
constexpr W kClauses14[] = {"合同金额：{}"};
constexpr W kQuestions14[] = {"合同金额是多少", "合同金额", "合同总价是多少", "合同价款多少钱", "签了多少钱的合同"};
constexpr W kTitles15[] = {"定金"};
constexpr W kClauses15[] = {"定金：{}"};
constexpr W kQuestions15[] = {"定金是多少", "定金", "预付款是多少", "要付多少定金"};
constexpr W kTitles16[] = {"违约金"};
constexpr W kClauses16[] = {"违约金：{}"};
constexpr W kQuestions16[] = {"违约金是多少", "违约金", "违约要赔多少钱"};
constexpr W kTitles17[] = {"签订日期"};
constexpr W kClauses17[] = {"签订日期：{}"};
constexpr W kQuestions17[] = {"签订日期是什么时候", "签订日期", "合同什么时候签的", "合同签订时间", "哪天签订的合同"};
constexpr W kTitles18[] = {"签订地点"};
constexpr W kClauses18[] = {"签订地点：{}"};
constexpr W kQuestions18[] = {"签订地点是哪里", "签订地点", "合同在哪里签的", "合同签订地"};
constexpr W kTitles19[] = {"履行期限"};
constexpr W kClauses19[] = {"履行期限：{}"};
constexpr W kQuestions19[] = {"履行期限到什么时候", "履行期限", "合同到期日是哪天", "合同什么时候到期"};
constexpr W kTitles20[] = {"案号"};
constexpr W kClauses20[] = {"案号：{}"};
constexpr W kQuestions20[] = {"案号是什么", "案号", "案件编号是多少"};
constexpr W kTitles21[] = {"法院"};
constexpr W kClauses21[] = {"{}"};
constexpr W kQuestions21[] = {"审理法院是哪个", "法院", "哪个法院审理的", "受理法院是哪家"};
constexpr W kTitles22[] = {"原告"};
constexpr W kClauses22[] = {"原告{}"};
constexpr W kQuestions22[] = {"原告是谁", "原告", "谁提起的诉讼", "原告有哪些人"};
constexpr W kTitles23[] = {"被告"};
constexpr W kClauses23[] = {"被告{}"};
constexpr W kQuestions23[] = {"被告是谁", "被告", "谁被起诉", "被告有哪些人"};
constexpr W kTitles24[] = {"被告人"};
constexpr W kClauses24[] = {"被告人{}"};
constexpr W kQuestions24[] = {"被告人是谁", "被告人", "谁犯了罪", "被告人叫什么"};
constexpr W kTitles25[] = {"案由"};
constexpr W kClauses25[] = {"案由：{}"};
constexpr W kQuestions25[] = {"案由是什么", "案由", "案件的案由", "因为什么打官司"};
constexpr W kTitles26[] = {"罪名"};
constexpr W kClauses26[] = {"犯{}"};
constexpr W kQuestions26[] = {"罪名是什么", "罪名", "犯了什么罪", "被判什么罪"};
constexpr W kTitles27[] = {"借款金额"};
constexpr W kClauses27[] = {"借款{}"};
constexpr W kQuestions27[] = {"借款金额是多少", "借款金额", "借了多少钱", "借款本金是多少"};
constexpr W kTitles28[] = {"借款日期"};
constexpr W kClauses28[] = {"{}借款"};
constexpr W kQuestions28[] = {"借款日期是什么时候", "借款日期", "什么时候借的钱", "借款时间"};
constexpr W kTitles29[] = {"刑期"};
constexpr W kClauses29[] = {"{}"};
constexpr W kQuestions29[] = {"刑期是多久", "刑期", "判了多久", "判处有期徒刑多长时间"};
constexpr W kTitles30[] = {"罚金"};
constexpr W kClauses30[] = {"罚金{}"};
constexpr W kQuestions30[] = {"罚金是多少", "罚金", "并处罚金多少"};
constexpr W kTitles31[] = {"判决日期"};
constexpr W kClauses31[] = {"{}"};
constexpr W kQuestions31[] = {"判决日期是什么时候", "判决日期", "什么时候判决的", "判决时间"};
constexpr W kTitles32[] = {"审判长"};
constexpr W kClauses32[] = {"审判长{}"};
constexpr W kQuestions32[] = {"审判长是谁", "审判长", "谁担任审判长"};
constexpr W kTitles33[] = {"委托代理人"};
constexpr W kClauses33[] = {"委托代理人：{}"};
constexpr W kQuestions33[] = {"委托代理人是谁", "委托代理人", "代理律师是谁"};
constexpr W kTitles34[] = {"被审计单位"};
constexpr W kClauses34[] = {"被审计单位：{}"};
constexpr W kQuestions34[] = {"被审计单位是哪家", "被审计单位", "审计了哪个单位"};
constexpr W kTitles35[] = {"审计机关"};
constexpr W kClauses35[] = {"审计机关：{}"};
constexpr W kQuestions35[] = {"审计机关是哪家", "审计机关", "谁进行的审计"};
constexpr W kTitles36[] = {"审计期间"};
constexpr W kClauses36[] = {"审计期间：{}"};
constexpr W kQuestions36[] = {"审计期间是什么时候", "审计期间", "审计了哪个期间"};
constexpr W kTitles37[] = {"审计问题"};
constexpr W kClauses37[] = {"{}"};
constexpr W kQuestions37[] = {"审计发现了什么问题", "审计问题", "存在哪些问题", "违规行为有哪些"};
constexpr W kTitles38[] = {"涉及金额"};
constexpr W kClauses38[] = {"涉及金额{}"};
constexpr W kQuestions38[] = {"涉及金额是多少", "涉及金额", "问题金额有多少", "违规金额是多少"};
constexpr W kTitles39[] = {"责任人"};
constexpr W kClauses39[] = {"责任人：{}"};
constexpr W kQuestions39[] = {"责任人是谁", "责任人", "谁负责整改", "谁应当承担责任"};
constexpr W kTitles40[] = {"整改期限"};
constexpr W kClauses40[] = {"整改期限：{}"};
constexpr W kQuestions40[] = {"整改期限是什么时候", "整改期限", "什么时候前完成整改", "整改截止日期"};
constexpr W kTitles41[] = {"付款人", "付款方", "汇款人"};
constexpr W kClauses41[] = {"付款人：{}"};
constexpr W kQuestions41[] = {"付款人是谁", "付款人", "谁付的钱", "汇款人是谁"};
constexpr W kTitles42[] = {"收款人", "收款方"};
constexpr W kClauses42[] = {"收款人：{}"};
constexpr W kQuestions42[] = {"收款人是谁", "收款人", "钱付给了谁", "收款方是谁"};
constexpr W kTitles43[] = {"付款账号", "付款人账号"};
constexpr W kClauses43[] = {"付款账号：{}"};
constexpr W kQuestions43[] = {"付款账号是多少", "付款账号", "付款人的账号是什么"};
constexpr W kTitles44[] = {"收款账号", "收款人账号"};
constexpr W kClauses44[] = {"收款账号：{}"};
constexpr W kQuestions44[] = {"收款账号是多少", "收款账号", "收款人的账号是什么"};
constexpr W kTitles45[] = {"收款开户行", "收款人开户行"};
constexpr W kClauses45[] = {"收款开户行：{}"};
constexpr W kQuestions45[] = {"收款开户行是哪里", "收款开户行", "收款人在哪个银行开户"};
constexpr W kTitles46[] = {"转账金额", "金额", "交易金额"};
constexpr W kClauses46[] = {"金额：{}"};
constexpr W kQuestions46[] = {"转账金额是多少", "转账金额", "转了多少钱", "付款金额是多少", "交易金额"};
constexpr W kTitles47[] = {"转账日期", "交易日期", "日期"};
constexpr W kClauses47[] = {"{}"};
constexpr W kQuestions47[] = {"转账日期是什么时候", "转账日期", "什么时候转的账", "交易时间"};
constexpr W kTitles48[] = {"用途", "摘要", "转账用途"};
constexpr W kClauses48[] = {"用途：{}"};
constexpr W kQuestions48[] = {"转账用途是什么", "转账用途", "钱用来做什么", "付款摘要是什么"};

constexpr Attribute kTable[] = {
    {"公司名称", Family::kCompany, kTitles0, kClauses0, kQuestions0},
    {"统一社会信用代码", Family::kCompany, kTitles1, kClauses1, kQuestions1},
    {"法定代表人", Family::kCompany, kTitles2, kClauses2, kQuestions2},
    {"注册资本", Family::kCompany, kTitles3, kClauses3, kQuestions3},
    {"成立日期", Family::kCompany, kTitles4, kClauses4, kQuestions4},
    {"注册地址", Family::kCompany, kTitles5, kClauses5, kQuestions5},
    {"公司电话", Family::kCompany, kTitles6, kClauses6, kQuestions6},
    {"合同编号", Family::kContract, kTitles7, kClauses7, kQuestions7},
    {"甲方", Family::kContract, kTitles8, kClauses8, kQuestions8},
    {"乙方", Family::kContract, kTitles9, kClauses9, kQuestions9},
    {"丙方", Family::kContract, kTitles10, kClauses10, kQuestions10},
    {"甲方代表", Family::kContract, kTitles11, kClauses11, kQuestions11},
    {"乙方代表", Family::kContract, kTitles12, kClauses12, kQuestions12},
    {"合同标的", Family::kContract, kTitles13, kClauses13, kQuestions13},
    {"合同金额", Family::kContract, kTitles14, kClauses14, kQuestions14},
    {"定金", Family::kContract, kTitles15, kClauses15, kQuestions15},
    {"违约金", Family::kContract, kTitles16, kClauses16, kQuestions16},
    {"签订日期", Family::kContract, kTitles17, kClauses17, kQuestions17},
    {"签订地点", Family::kContract, kTitles18, kClauses18, kQuestions18},
    {"履行期限", Family::kContract, kTitles19, kClauses19, kQuestions19},
    {"案号", Family::kCase, kTitles20, kClauses20, kQuestions20},
    {"法院", Family::kCase, kTitles21, kClauses21, kQuestions21},
    {"原告", Family::kCase, kTitles22, kClauses22, kQuestions22},
    {"被告", Family::kCase, kTitles23, kClauses23, kQuestions23},
    {"被告人", Family::kCase, kTitles24, kClauses24, kQuestions24},
    {"案由", Family::kCase, kTitles25, kClauses25, kQuestions25},
    {"罪名", Family::kCase, kTitles26, kClauses26, kQuestions26},
    {"借款金额", Family::kCase, kTitles27, kClauses27, kQuestions27},
    {"借款日期", Family::kCase, kTitles28, kClauses28, kQuestions28},
    {"刑期", Family::kCase, kTitles29, kClauses29, kQuestions29},
    {"罚金", Family::kCase, kTitles30, kClauses30, kQuestions30},
    {"判决日期", Family::kCase, kTitles31, kClauses31, kQuestions31},
    {"审判长", Family::kCase, kTitles32, kClauses32, kQuestions32},
    {"委托代理人", Family::kCase, kTitles33, kClauses33, kQuestions33},
    {"被审计单位", Family::kAudit, kTitles34, kClauses34, kQuestions34},
    {"审计机关", Family::kAudit, kTitles35, kClauses35, kQuestions35},
    {"审计期间", Family::kAudit, kTitles36, kClauses36, kQuestions36},
    {"审计问题", Family::kAudit, kTitles37, kClauses37, kQuestions37},
    {"涉及金额", Family::kAudit, kTitles38, kClauses38, kQuestions38},
    {"责任人", Family::kAudit, kTitles39, kClauses39, kQuestions39},
    {"整改期限", Family::kAudit, kTitles40, kClauses40, kQuestions40},
    {"付款人", Family::kTransfer, kTitles41, kClauses41, kQuestions41},
    {"收款人", Family::kTransfer, kTitles42, kClauses42, kQuestions42},
    {"付款账号", Family::kTransfer, kTitles43, kClauses43, kQuestions43},
    {"收款账号", Family::kTransfer, kTitles44, kClauses44, kQuestions44},
    {"收款开户行", Family::kTransfer, kTitles45, kClauses45, kQuestions45},
    {"转账金额", Family::kTransfer, kTitles46, kClauses46, kQuestions46},
    {"转账日期", Family::kTransfer, kTitles47, kClauses47, kQuestions47},
    {"转账用途", Family::kTransfer, kTitles48, kClauses48, kQuestions48},
};

}  // namespace

std::span<const Attribute> BusinessAttributes() { return kTable; }

}  // namespace tiqu::data::synth
