// What records say of companies, contracts, cases, audits and payments.
#include "data/synth/attribute_tables.h"

namespace tiqu::data::synth {
namespace {

using W = std::string_view;

constexpr W kBusinessTitles0[] = {"公司名称", "企业名称", "单位名称", "名称"};
constexpr W kBusinessClauses0[] = {"{}", "公司名称：{}"};
constexpr W kBusinessQuestions0[] = {"公司名称是什么", "提到了哪些公司", "企业名称", "是哪家公司", "公司有哪些"};
constexpr W kBusinessTitles1[] = {"统一社会信用代码", "信用代码", "税号"};
constexpr W kBusinessClauses1[] = {"统一社会信用代码：{}", "统一社会信用代码{}", "信用代码：{}",
                                   "统一社会信用代码为{}"};
constexpr W kBusinessQuestions1[] = {"{}的统一社会信用代码", "{}的统一社会信用代码是什么", "{}的信用代码是多少",
                                     "{}的税号"};
constexpr W kBusinessTitles2[] = {"法定代表人", "法人代表", "负责人"};
constexpr W kBusinessClauses2[] = {"法定代表人：{}", "法定代表人{}", "法定代表人为{}", "法人代表：{}"};
constexpr W kBusinessQuestions2[] = {"{}的法定代表人", "{}的法定代表人是谁", "{}的法人是谁", "谁是{}的法定代表人",
                                     "{}法人代表"};
constexpr W kBusinessTitles3[] = {"注册资本", "注册资金"};
constexpr W kBusinessClauses3[] = {"注册资本{}", "注册资本：{}", "注册资金{}", "注册资本为{}"};
constexpr W kBusinessQuestions3[] = {"{}的注册资本", "{}的注册资本是多少", "{}注册资金多少", "{}注册资本是多少钱"};
constexpr W kBusinessTitles4[] = {"成立日期", "成立时间", "注册日期"};
constexpr W kBusinessClauses4[] = {"成立于{}", "{}成立", "成立日期：{}", "{}注册成立"};
constexpr W kBusinessQuestions4[] = {"{}的成立日期", "{}什么时候成立", "{}的成立时间是什么时候", "{}成立于哪天",
                                     "{}何时注册成立"};
constexpr W kBusinessTitles5[] = {"注册地址", "住所", "住所地", "地址"};
constexpr W kBusinessClauses5[] = {"住所地：{}", "注册地址：{}", "住所地{}", "注册地为{}", "位于{}"};
constexpr W kBusinessQuestions5[] = {"{}的注册地址", "{}的注册地址是哪里", "{}的住所地",
                                     "{}在哪里",     "{}的地址是什么",     "{}注册地在哪"};
constexpr W kBusinessTitles6[] = {"公司电话", "联系电话", "办公电话"};
constexpr W kBusinessClauses6[] = {"公司电话：{}", "办公电话{}", "联系电话：{}"};
constexpr W kBusinessQuestions6[] = {"{}的公司电话", "{}的办公电话是多少", "{}联系电话是多少", "{}的电话"};
constexpr W kBusinessTitles7[] = {"合同编号"};
constexpr W kBusinessClauses7[] = {"合同编号：{}", "编号{}"};
constexpr W kBusinessQuestions7[] = {"合同编号是什么", "合同编号", "合同编号是多少"};
constexpr W kBusinessTitles8[] = {"甲方"};
constexpr W kBusinessClauses8[] = {"甲方：{}"};
constexpr W kBusinessQuestions8[] = {"甲方是谁", "甲方", "甲方名称是什么", "合同的甲方是谁", "甲方是哪家单位"};
constexpr W kBusinessTitles9[] = {"乙方"};
constexpr W kBusinessClauses9[] = {"乙方：{}"};
constexpr W kBusinessQuestions9[] = {"乙方是谁", "乙方", "乙方名称是什么", "合同的乙方是谁", "乙方是哪家单位"};
constexpr W kBusinessTitles10[] = {"丙方"};
constexpr W kBusinessClauses10[] = {"丙方：{}"};
constexpr W kBusinessQuestions10[] = {"丙方是谁", "丙方", "合同的丙方是谁"};
constexpr W kBusinessTitles11[] = {"甲方代表"};
constexpr W kBusinessClauses11[] = {"甲方代表：{}"};
constexpr W kBusinessQuestions11[] = {"甲方代表是谁", "甲方代表", "甲方法定代表人是谁"};
constexpr W kBusinessTitles12[] = {"乙方代表"};
constexpr W kBusinessClauses12[] = {"乙方代表：{}"};
constexpr W kBusinessQuestions12[] = {"乙方代表是谁", "乙方代表", "乙方法定代表人是谁"};
constexpr W kBusinessTitles13[] = {"合同标的"};
constexpr W kBusinessClauses13[] = {"标的：{}"};
constexpr W kBusinessQuestions13[] = {"合同标的是什么", "合同标的", "合同买的是什么", "采购内容是什么"};
constexpr W kBusinessTitles14[] = {"合同金额"};
constexpr W kBusinessClauses14[] = {"合同金额：{}"};
constexpr W kBusinessQuestions14[] = {"合同金额是多少", "合同金额", "合同总价是多少", "合同价款多少钱",
                                      "签了多少钱的合同"};
constexpr W kBusinessTitles15[] = {"定金"};
constexpr W kBusinessClauses15[] = {"定金：{}"};
constexpr W kBusinessQuestions15[] = {"定金是多少", "定金", "预付款是多少", "要付多少定金"};
constexpr W kBusinessTitles16[] = {"违约金"};
constexpr W kBusinessClauses16[] = {"违约金：{}"};
constexpr W kBusinessQuestions16[] = {"违约金是多少", "违约金", "违约要赔多少钱"};
constexpr W kBusinessTitles17[] = {"签订日期"};
constexpr W kBusinessClauses17[] = {"签订日期：{}"};
constexpr W kBusinessQuestions17[] = {"签订日期是什么时候", "签订日期", "合同什么时候签的", "合同签订时间",
                                      "哪天签订的合同"};
constexpr W kBusinessTitles18[] = {"签订地点"};
constexpr W kBusinessClauses18[] = {"签订地点：{}"};
constexpr W kBusinessQuestions18[] = {"签订地点是哪里", "签订地点", "合同在哪里签的", "合同签订地"};
constexpr W kBusinessTitles19[] = {"履行期限"};
constexpr W kBusinessClauses19[] = {"履行期限：{}"};
constexpr W kBusinessQuestions19[] = {"履行期限到什么时候", "履行期限", "合同到期日是哪天", "合同什么时候到期"};
constexpr W kBusinessTitles20[] = {"案号"};
constexpr W kBusinessClauses20[] = {"案号：{}"};
constexpr W kBusinessQuestions20[] = {"案号是什么", "案号", "案件编号是多少"};
constexpr W kBusinessTitles21[] = {"法院"};
constexpr W kBusinessClauses21[] = {"{}"};
constexpr W kBusinessQuestions21[] = {"审理法院是哪个", "法院", "哪个法院审理的", "受理法院是哪家"};
constexpr W kBusinessTitles22[] = {"原告"};
constexpr W kBusinessClauses22[] = {"原告{}"};
constexpr W kBusinessQuestions22[] = {"原告是谁", "原告", "谁提起的诉讼", "原告有哪些人"};
constexpr W kBusinessTitles23[] = {"被告"};
constexpr W kBusinessClauses23[] = {"被告{}"};
constexpr W kBusinessQuestions23[] = {"被告是谁", "被告", "谁被起诉", "被告有哪些人"};
constexpr W kBusinessTitles24[] = {"被告人"};
constexpr W kBusinessClauses24[] = {"被告人{}"};
constexpr W kBusinessQuestions24[] = {"被告人是谁", "被告人", "谁犯了罪", "被告人叫什么"};
constexpr W kBusinessTitles25[] = {"案由"};
constexpr W kBusinessClauses25[] = {"案由：{}"};
constexpr W kBusinessQuestions25[] = {"案由是什么", "案由", "案件的案由", "因为什么打官司"};
constexpr W kBusinessTitles26[] = {"罪名"};
constexpr W kBusinessClauses26[] = {"犯{}"};
constexpr W kBusinessQuestions26[] = {"罪名是什么", "罪名", "犯了什么罪", "被判什么罪"};
constexpr W kBusinessTitles27[] = {"借款金额"};
constexpr W kBusinessClauses27[] = {"借款{}"};
constexpr W kBusinessQuestions27[] = {"借款金额是多少", "借款金额", "借了多少钱", "借款本金是多少"};
constexpr W kBusinessTitles28[] = {"借款日期"};
constexpr W kBusinessClauses28[] = {"{}借款"};
constexpr W kBusinessQuestions28[] = {"借款日期是什么时候", "借款日期", "什么时候借的钱", "借款时间"};
constexpr W kBusinessTitles29[] = {"刑期"};
constexpr W kBusinessClauses29[] = {"{}"};
constexpr W kBusinessQuestions29[] = {"刑期是多久", "刑期", "判了多久", "判处有期徒刑多长时间"};
constexpr W kBusinessTitles30[] = {"罚金"};
constexpr W kBusinessClauses30[] = {"罚金{}"};
constexpr W kBusinessQuestions30[] = {"罚金是多少", "罚金", "并处罚金多少"};
constexpr W kBusinessTitles31[] = {"判决日期"};
constexpr W kBusinessClauses31[] = {"{}"};
constexpr W kBusinessQuestions31[] = {"判决日期是什么时候", "判决日期", "什么时候判决的", "判决时间"};
constexpr W kBusinessTitles32[] = {"审判长"};
constexpr W kBusinessClauses32[] = {"审判长{}"};
constexpr W kBusinessQuestions32[] = {"审判长是谁", "审判长", "谁担任审判长"};
constexpr W kBusinessTitles33[] = {"委托代理人"};
constexpr W kBusinessClauses33[] = {"委托代理人：{}"};
constexpr W kBusinessQuestions33[] = {"委托代理人是谁", "委托代理人", "代理律师是谁"};
constexpr W kBusinessTitles34[] = {"被审计单位"};
constexpr W kBusinessClauses34[] = {"被审计单位：{}"};
constexpr W kBusinessQuestions34[] = {"被审计单位是哪家", "被审计单位", "审计了哪个单位"};
constexpr W kBusinessTitles35[] = {"审计机关"};
constexpr W kBusinessClauses35[] = {"审计机关：{}"};
constexpr W kBusinessQuestions35[] = {"审计机关是哪家", "审计机关", "谁进行的审计"};
constexpr W kBusinessTitles36[] = {"审计期间"};
constexpr W kBusinessClauses36[] = {"审计期间：{}"};
constexpr W kBusinessQuestions36[] = {"审计期间是什么时候", "审计期间", "审计了哪个期间"};
constexpr W kBusinessTitles37[] = {"审计问题"};
constexpr W kBusinessClauses37[] = {"{}"};
constexpr W kBusinessQuestions37[] = {"审计发现了什么问题", "审计问题", "存在哪些问题", "违规行为有哪些"};
constexpr W kBusinessTitles38[] = {"涉及金额"};
constexpr W kBusinessClauses38[] = {"涉及金额{}"};
constexpr W kBusinessQuestions38[] = {"涉及金额是多少", "涉及金额", "问题金额有多少", "违规金额是多少"};
constexpr W kBusinessTitles39[] = {"责任人"};
constexpr W kBusinessClauses39[] = {"责任人：{}"};
constexpr W kBusinessQuestions39[] = {"责任人是谁", "责任人", "谁负责整改", "谁应当承担责任"};
constexpr W kBusinessTitles40[] = {"整改期限"};
constexpr W kBusinessClauses40[] = {"整改期限：{}"};
constexpr W kBusinessQuestions40[] = {"整改期限是什么时候", "整改期限", "什么时候前完成整改", "整改截止日期"};
constexpr W kBusinessTitles41[] = {"付款人", "付款方", "汇款人"};
constexpr W kBusinessClauses41[] = {"付款人：{}"};
constexpr W kBusinessQuestions41[] = {"付款人是谁", "付款人", "谁付的钱", "汇款人是谁"};
constexpr W kBusinessTitles42[] = {"收款人", "收款方"};
constexpr W kBusinessClauses42[] = {"收款人：{}"};
constexpr W kBusinessQuestions42[] = {"收款人是谁", "收款人", "钱付给了谁", "收款方是谁"};
constexpr W kBusinessTitles43[] = {"付款账号", "付款人账号"};
constexpr W kBusinessClauses43[] = {"付款账号：{}"};
constexpr W kBusinessQuestions43[] = {"付款账号是多少", "付款账号", "付款人的账号是什么"};
constexpr W kBusinessTitles44[] = {"收款账号", "收款人账号"};
constexpr W kBusinessClauses44[] = {"收款账号：{}"};
constexpr W kBusinessQuestions44[] = {"收款账号是多少", "收款账号", "收款人的账号是什么"};
constexpr W kBusinessTitles45[] = {"收款开户行", "收款人开户行"};
constexpr W kBusinessClauses45[] = {"收款开户行：{}"};
constexpr W kBusinessQuestions45[] = {"收款开户行是哪里", "收款开户行", "收款人在哪个银行开户"};
constexpr W kBusinessTitles46[] = {"转账金额", "金额", "交易金额"};
constexpr W kBusinessClauses46[] = {"金额：{}"};
constexpr W kBusinessQuestions46[] = {"转账金额是多少", "转账金额", "转了多少钱", "付款金额是多少", "交易金额"};
constexpr W kBusinessTitles47[] = {"转账日期", "交易日期", "日期"};
constexpr W kBusinessClauses47[] = {"{}"};
constexpr W kBusinessQuestions47[] = {"转账日期是什么时候", "转账日期", "什么时候转的账", "交易时间"};
constexpr W kBusinessTitles48[] = {"用途", "摘要", "转账用途"};
constexpr W kBusinessClauses48[] = {"用途：{}"};
constexpr W kBusinessQuestions48[] = {"转账用途是什么", "转账用途", "钱用来做什么", "付款摘要是什么"};

constexpr Attribute kBusinessTable[] = {
    {"公司名称", Family::kCompany, kBusinessTitles0, kBusinessClauses0, kBusinessQuestions0},
    {"统一社会信用代码", Family::kCompany, kBusinessTitles1, kBusinessClauses1, kBusinessQuestions1},
    {"法定代表人", Family::kCompany, kBusinessTitles2, kBusinessClauses2, kBusinessQuestions2},
    {"注册资本", Family::kCompany, kBusinessTitles3, kBusinessClauses3, kBusinessQuestions3},
    {"成立日期", Family::kCompany, kBusinessTitles4, kBusinessClauses4, kBusinessQuestions4},
    {"注册地址", Family::kCompany, kBusinessTitles5, kBusinessClauses5, kBusinessQuestions5},
    {"公司电话", Family::kCompany, kBusinessTitles6, kBusinessClauses6, kBusinessQuestions6},
    {"合同编号", Family::kContract, kBusinessTitles7, kBusinessClauses7, kBusinessQuestions7},
    {"甲方", Family::kContract, kBusinessTitles8, kBusinessClauses8, kBusinessQuestions8},
    {"乙方", Family::kContract, kBusinessTitles9, kBusinessClauses9, kBusinessQuestions9},
    {"丙方", Family::kContract, kBusinessTitles10, kBusinessClauses10, kBusinessQuestions10},
    {"甲方代表", Family::kContract, kBusinessTitles11, kBusinessClauses11, kBusinessQuestions11},
    {"乙方代表", Family::kContract, kBusinessTitles12, kBusinessClauses12, kBusinessQuestions12},
    {"合同标的", Family::kContract, kBusinessTitles13, kBusinessClauses13, kBusinessQuestions13},
    {"合同金额", Family::kContract, kBusinessTitles14, kBusinessClauses14, kBusinessQuestions14},
    {"定金", Family::kContract, kBusinessTitles15, kBusinessClauses15, kBusinessQuestions15},
    {"违约金", Family::kContract, kBusinessTitles16, kBusinessClauses16, kBusinessQuestions16},
    {"签订日期", Family::kContract, kBusinessTitles17, kBusinessClauses17, kBusinessQuestions17},
    {"签订地点", Family::kContract, kBusinessTitles18, kBusinessClauses18, kBusinessQuestions18},
    {"履行期限", Family::kContract, kBusinessTitles19, kBusinessClauses19, kBusinessQuestions19},
    {"案号", Family::kCase, kBusinessTitles20, kBusinessClauses20, kBusinessQuestions20},
    {"法院", Family::kCase, kBusinessTitles21, kBusinessClauses21, kBusinessQuestions21},
    {"原告", Family::kCase, kBusinessTitles22, kBusinessClauses22, kBusinessQuestions22},
    {"被告", Family::kCase, kBusinessTitles23, kBusinessClauses23, kBusinessQuestions23},
    {"被告人", Family::kCase, kBusinessTitles24, kBusinessClauses24, kBusinessQuestions24},
    {"案由", Family::kCase, kBusinessTitles25, kBusinessClauses25, kBusinessQuestions25},
    {"罪名", Family::kCase, kBusinessTitles26, kBusinessClauses26, kBusinessQuestions26},
    {"借款金额", Family::kCase, kBusinessTitles27, kBusinessClauses27, kBusinessQuestions27},
    {"借款日期", Family::kCase, kBusinessTitles28, kBusinessClauses28, kBusinessQuestions28},
    {"刑期", Family::kCase, kBusinessTitles29, kBusinessClauses29, kBusinessQuestions29},
    {"罚金", Family::kCase, kBusinessTitles30, kBusinessClauses30, kBusinessQuestions30},
    {"判决日期", Family::kCase, kBusinessTitles31, kBusinessClauses31, kBusinessQuestions31},
    {"审判长", Family::kCase, kBusinessTitles32, kBusinessClauses32, kBusinessQuestions32},
    {"委托代理人", Family::kCase, kBusinessTitles33, kBusinessClauses33, kBusinessQuestions33},
    {"被审计单位", Family::kAudit, kBusinessTitles34, kBusinessClauses34, kBusinessQuestions34},
    {"审计机关", Family::kAudit, kBusinessTitles35, kBusinessClauses35, kBusinessQuestions35},
    {"审计期间", Family::kAudit, kBusinessTitles36, kBusinessClauses36, kBusinessQuestions36},
    {"审计问题", Family::kAudit, kBusinessTitles37, kBusinessClauses37, kBusinessQuestions37},
    {"涉及金额", Family::kAudit, kBusinessTitles38, kBusinessClauses38, kBusinessQuestions38},
    {"责任人", Family::kAudit, kBusinessTitles39, kBusinessClauses39, kBusinessQuestions39},
    {"整改期限", Family::kAudit, kBusinessTitles40, kBusinessClauses40, kBusinessQuestions40},
    {"付款人", Family::kTransfer, kBusinessTitles41, kBusinessClauses41, kBusinessQuestions41},
    {"收款人", Family::kTransfer, kBusinessTitles42, kBusinessClauses42, kBusinessQuestions42},
    {"付款账号", Family::kTransfer, kBusinessTitles43, kBusinessClauses43, kBusinessQuestions43},
    {"收款账号", Family::kTransfer, kBusinessTitles44, kBusinessClauses44, kBusinessQuestions44},
    {"收款开户行", Family::kTransfer, kBusinessTitles45, kBusinessClauses45, kBusinessQuestions45},
    {"转账金额", Family::kTransfer, kBusinessTitles46, kBusinessClauses46, kBusinessQuestions46},
    {"转账日期", Family::kTransfer, kBusinessTitles47, kBusinessClauses47, kBusinessQuestions47},
    {"转账用途", Family::kTransfer, kBusinessTitles48, kBusinessClauses48, kBusinessQuestions48},
};

}  // namespace

std::span<const Attribute> BusinessAttributes() { return kBusinessTable; }

}  // namespace tiqu::data::synth
